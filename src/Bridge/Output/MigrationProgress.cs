using System.Net;
using Spectre.Console;

namespace Bridge;

/// <summary>
/// Shows a migration until it ends: a bar for people, a line at each tenth in a pipe. A server that does not answer
/// is asked again, because the migration goes on by itself.
/// </summary>
/// <param name="connect">Makes a client anew when its token is over, as in a long migration.</param>
internal sealed class MigrationProgress(Func<CancellationToken, Task<CozyClient>> connect)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>The last state of the migration.</summary>
    public Task<MigrationState> FollowAsync(string id, CancellationToken ct) => Terminal.ShowsProgress
        ? AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(view => WatchAsync(id, new Bar(view.AddTask("Begins")), ct))
        : WatchAsync(id, new Lines(), ct);

    /// <summary>The same, and nothing is shown.</summary>
    public Task<MigrationState> WaitAsync(string id, CancellationToken ct) => WatchAsync(id, new Nothing(), ct);

    private async Task<MigrationState> WatchAsync(string id, IView view, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Interval);
        var client = await connect(ct);
        var isOld = false;
        try
        {
            while (true)
            {
                try
                {
                    if (isOld)
                    {
                        client.Dispose();
                        client = await connect(ct);
                        isOld = false;
                    }

                    var state = new MigrationState(await client.GetMigrationAsync(id, ct));
                    view.Show(state);
                    if (state.HasEnded)
                    {
                        return state;
                    }
                }
                catch (Exception e) when (e is HttpRequestException or NoServerException or RefusedException { Status: >= HttpStatusCode.InternalServerError })
                {
                    view.ShowNoAnswer();
                    isOld = false;
                }
                catch (RefusedException e) when (e.Status == HttpStatusCode.Unauthorized && !isOld)
                {
                    isOld = true;
                }

                await timer.WaitForNextTickAsync(ct);
            }
        }
        finally
        {
            client.Dispose();
        }
    }

    private static string Describe(MigrationState state) => state switch
    {
        { Status: "pending" } => "Waits for a worker",
        { Wait: { } wait } => wait,
        { FilesTotal: 0, HasEnded: false } => "Looks at what is there",
        _ => $"{state.Files} of {state.FilesTotal} files",
    };

    private interface IView
    {
        void Show(MigrationState state);

        void ShowNoAnswer();
    }

    private sealed class Nothing : IView
    {
        public void Show(MigrationState state)
        {
        }

        public void ShowNoAnswer()
        {
        }
    }

    private sealed class Bar(ProgressTask bar) : IView
    {
        public void Show(MigrationState state)
        {
            // A folder that is listed later makes the whole larger; the bar stands still then, and never goes back.
            var share = state.BytesTotal == 0 ? 0 : (double)state.BytesHere / state.BytesTotal;
            bar.MaxValue = Math.Max(1, state.BytesTotal);
            bar.Value = Math.Max(share, bar.Percentage / 100) * bar.MaxValue;
            bar.Description = Markup.Escape(Describe(state));
            if (state.HasEnded)
            {
                bar.StopTask();
            }
        }

        public void ShowNoAnswer() => bar.Description = "The server does not answer; asking again";
    }

    private sealed class Lines : IView
    {
        private string last = "";

        public void Show(MigrationState state)
        {
            var tenth = state.BytesTotal == 0 ? 0 : state.BytesHere * 10 / state.BytesTotal;
            var stage = state.Wait ?? $"{state.Status} {tenth}";
            if (stage != last)
            {
                last = stage;
                Console.WriteLine($"{state.Status}: {Describe(state)}, {Sizes.Bytes(state.BytesHere)} of {Sizes.Bytes(state.BytesTotal)}");
            }
        }

        public void ShowNoAnswer()
        {
            if (last.Length > 0)
            {
                last = "";
                Console.WriteLine("the server does not answer; asking again");
            }
        }
    }
}
