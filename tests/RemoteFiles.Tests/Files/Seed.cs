namespace RemoteFiles.Tests.Files;

/// <summary>Random input that can be had again: a failure tells its seed, which then goes into <c>TEST_SEED</c>.</summary>
internal static class Seed
{
    public static async Task RunAsync(int rounds, Func<Random, Task> test)
    {
        var given = Environment.GetEnvironmentVariable("TEST_SEED");
        for (var round = 0; round < (given is null ? rounds : 1); round++)
        {
            var seed = given is null ? Random.Shared.Next() : int.Parse(given);
            try
            {
                await test(new(seed));
            }
            catch (Exception e)
            {
                Assert.Fail($"TEST_SEED={seed}: {e}");
            }
        }
    }
}
