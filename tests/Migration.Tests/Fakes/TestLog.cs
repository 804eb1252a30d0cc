using Microsoft.Extensions.Logging;

namespace Migration.Tests.Fakes;

/// <summary>Writes a service's log into the output of the test that made it.</summary>
internal sealed class TestLog<T> : ILogger<T>
{
    private readonly ITestOutputHelper? output = TestContext.Current.TestOutputHelper;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => output is not null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            output?.WriteLine($"{eventId.Name}: {formatter(state, exception)} {exception}");
        }
        catch (InvalidOperationException)
        {
            // The test is over; what it abandoned still speaks.
        }
    }
}
