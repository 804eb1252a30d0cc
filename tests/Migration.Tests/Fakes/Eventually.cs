namespace Migration.Tests.Fakes;

/// <summary>Asks again until the answer is the one waited for, and fails when it does not come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (condition(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"it stayed at {answer}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public static Task AsExpectedAsync<T>(T expected, Func<Task<T>> ask) => GetAsync(ask, answer => Equals(answer, expected));
}
