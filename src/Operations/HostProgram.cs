using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Operations;

/// <summary>What the program of a service does: it answers a probe, or it serves until it is stopped. What an operator can mend is told in one line.</summary>
public static class HostProgram
{
    /// <summary>Until it is told to stop. A start that failed leaves the end to its caller.</summary>
    public static async Task ServeAsync(this WebApplication app)
    {
        await app.StartAsync();
        await app.WaitForShutdownAsync();
    }

    /// <param name="arguments">Of the command line.</param>
    /// <param name="service">The name that traces and metrics carry.</param>
    /// <param name="add">The parts of the service.</param>
    /// <param name="run">Maps its routes, and ends with it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, string service, Action<WebApplicationBuilder> add, Func<WebApplication, Task> run)
    {
        WebApplicationBuilder? builder = null;
        WebApplication? app = null;
        try
        {
            if (Probe.IsAsked(arguments))
            {
                return await Probe.AskAsync();
            }

            builder = WebApplication.CreateSlimBuilder(arguments);
            builder.AddOperations(service);
            add(builder);
            app = builder.Build();
            await run(app);
            return 0;
        }
        catch (Exception e) when (StartFailure.LineOf(e, builder?.Configuration) is { } line)
        {
            await Console.Error.WriteLineAsync(line);

            // What has begun already ends in order, and not as a failure of its own.
            await (app?.StopAsync() ?? Task.CompletedTask);
            return 1;
        }
        catch (OperationCanceledException) when (app is { Lifetime.ApplicationStopping.IsCancellationRequested: true })
        {
            // It was told to end before it had begun.
            return 1;
        }
        finally
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
