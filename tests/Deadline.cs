using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

[assembly: Tests.Deadline]

namespace Tests;

/// <summary>No test waits for ever: after eight minutes it is cancelled, and so fails by its own name instead of holding up all that come after.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class DeadlineAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly ConcurrentDictionary<string, Timer> Running = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        Running[test.UniqueID] = new(_ => Cancel(context, test), null, Patience, Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Running.TryRemove(test.UniqueID, out var timer))
        {
            timer.Dispose();
        }
    }

    private static void Cancel(ITestContext context, IXunitTest test)
    {
        Console.Error.WriteLine($"{test.TestDisplayName} did not end within {Patience} and is cancelled");
        context.CancelCurrentTest();
    }
}
