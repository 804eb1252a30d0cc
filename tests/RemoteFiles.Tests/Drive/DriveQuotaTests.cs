using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

public class DriveQuotaTests : DriveTests
{
    [Fact]
    public async Task A_file_that_announces_too_much_is_refused_before_its_body_is_read()
    {
        Test.Quota = 10;

        await FailsAsync(Fault.OutOfSpace, () => Drive.WriteAsync(At("/a"), new() { Body = new BrokenBody([]), Length = 11 }, Ct));
    }

    [Fact]
    public async Task A_file_of_unknown_length_is_stopped_where_the_quota_ends()
    {
        Test.Quota = 1_000_000;
        var endless = new WaitingBody(new byte[2_000_000]);

        var fault = await FailsAsync(Fault.OutOfSpace, () => Drive.WriteAsync(At("/a"), new() { Body = endless }, Ct));

        Assert.Equal("The file is too big and exceeds the disk quota", fault.Message);
        Assert.False(endless.Reached.IsCompleted);
        Assert.Equal(0, await Test.CountContentsAsync());
    }

    [Fact]
    public async Task Two_uploads_at_once_cannot_both_take_the_last_bytes()
    {
        Test.Quota = 150;
        var (one, other) = (new WaitingBody(new byte[100]), new WaitingBody(new byte[100]));
        var uploads = new[]
        {
            Drive.WriteAsync(At("/one"), new() { Body = one, Length = 100 }, Ct),
            Drive.WriteAsync(At("/other"), new() { Body = other, Length = 100 }, Ct),
        };
        await Task.WhenAll(one.Reached, other.Reached).WaitAsync(Ct);

        one.Release();
        other.Release();
        await Task.WhenAll(uploads).ContinueWith(_ => { }, TaskScheduler.Default);

        var refused = Assert.Single(uploads, upload => upload.IsFaulted);
        Assert.Equal(Fault.OutOfSpace, Assert.IsType<FaultException>(refused.Exception!.InnerException).Fault);
        Assert.Equal(new(100, 150), await Drive.GetSpaceAsync(Ct));
        Assert.Equal(1, await Test.CountContentsAsync());
    }

    [Fact]
    public async Task What_is_replaced_makes_room_for_what_replaces_it()
    {
        Test.Quota = 10;
        await PutAsync("/a", "12345678");

        await PutAsync("/a", "1234567890", overwrite: true);

        await FailsAsync(Fault.OutOfSpace, () => PutAsync("/a", "12345678901", overwrite: true));
        Assert.Equal("1234567890", await TextAsync("/a"));
    }

    [Fact]
    public async Task The_trash_counts_until_it_is_emptied()
    {
        Test.Quota = 10;
        await PutAsync("/a", "12345678");
        await Drive.DeleteAsync(At("/a"), null, Ct);
        Assert.Equal(new(8, 10), await Drive.GetSpaceAsync(Ct));
        await FailsAsync(Fault.OutOfSpace, () => PutAsync("/b", "12345678"));

        await Drive.EmptyAsync(Ct);

        await PutAsync("/b", "12345678");
        Assert.Equal(new(8, 10), await Drive.GetSpaceAsync(Ct));
    }

    [Fact]
    public async Task A_copy_counts_although_it_shares_its_bytes()
    {
        Test.Quota = 10;
        await PutAsync("/a", "12345");
        await Drive.CopyAsync(At("/a"), At("/b"), Ct);

        await FailsAsync(Fault.OutOfSpace, () => Drive.CopyAsync(At("/a"), At("/c"), Ct));

        Assert.Equal(new(10, 10), await Drive.GetSpaceAsync(Ct));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    public async Task No_quota_is_no_limit(long? quota)
    {
        Test.Quota = quota;

        await PutAsync("/a", "12345");

        Assert.Equal(new(5, null), await Drive.GetSpaceAsync(Ct));
    }

    [Fact]
    public async Task A_smaller_quota_than_what_is_stored_still_lets_delete_and_move()
    {
        await PutAsync("/a", "12345");
        Test.Quota = 1;

        await Drive.MoveAsync(At("/a"), At("/b"), Ct);
        await PutAsync("/b", "", overwrite: true);
        await Drive.DeleteAsync(At("/b"), null, Ct);

        Assert.Equal(new(0, 1), await Drive.GetSpaceAsync(Ct));
    }
}
