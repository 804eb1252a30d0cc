using Grpc.Core;
using Rpc.Wire;

namespace Rpc.Tests;

public sealed class WireTests
{
    [Theory]
    [InlineData(1, "1m")]
    [InlineData(10_000, "1m")]
    [InlineData(10_001, "2m")]
    [InlineData(TimeSpan.TicksPerSecond, "1000m")]
    [InlineData(TimeSpan.TicksPerMillisecond * 99_999_999, "99999999m")]
    [InlineData(TimeSpan.TicksPerMillisecond * 100_000_000, "100000S")]
    [InlineData(TimeSpan.TicksPerDay * 3650, "5256000M")]
    [InlineData(TimeSpan.TicksPerDay * 365 * 10_000, "87600000H")]
    [InlineData(-1, "1m")]
    public void A_timeout_is_written_in_eight_digits_and_never_too_short(long ticks, string expected) =>
        Assert.Equal(expected, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData("1H", TimeSpan.TicksPerHour)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    [InlineData("3S", 3 * TimeSpan.TicksPerSecond)]
    [InlineData("4m", 4 * TimeSpan.TicksPerMillisecond)]
    [InlineData("5u", 5 * TimeSpan.TicksPerMicrosecond)]
    [InlineData("600n", 6)]
    [InlineData("0S", 0)]
    public void A_timeout_is_read_in_every_unit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("é\n", "%C3%A9%0A")]
    [InlineData("😀", "%F0%9F%98%80")]
    public void A_status_text_is_percent_encoded_and_back(string text, string encoded)
    {
        Assert.Equal(encoded, GrpcProtocol.EncodeMessage(text));
        Assert.Equal(text, GrpcProtocol.DecodeMessage(encoded));
    }

    [Theory]
    [InlineData("100%")]
    [InlineData("%zz")]
    [InlineData("%4")]
    public void A_status_text_with_broken_escapes_is_kept(string text) => Assert.Equal(text, GrpcProtocol.DecodeMessage(text));

    [Fact]
    public void Metadata_keys_are_lower_case_and_found_in_any_case()
    {
        Metadata metadata = [new("X-Key", "1"), new("x-key", "2")];

        Assert.Equal(["x-key", "x-key"], metadata.Select(entry => entry.Key));
        Assert.Equal("2", metadata.GetValue("X-KEY"));
        Assert.Equal(["1", "2"], metadata.GetAll("x-KEY").Select(entry => entry.Value));
    }

    [Fact]
    public void Metadata_keys_say_whether_the_value_is_bytes()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a b", "text"));
        Assert.Equal([1], new Metadata.Entry("A-BIN", [1]).ValueBytes);
    }

    [Fact]
    public void Empty_metadata_stays_empty() => Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));

    [Theory]
    [InlineData("grpc-status", false)]
    [InlineData("grpc-timeout", false)]
    [InlineData("content-type", false)]
    [InlineData(":path", false)]
    [InlineData("grpc-status-details-bin", true)]
    [InlineData("user-agent", true)]
    [InlineData("authorization", true)]
    public void Headers_of_the_protocol_are_not_metadata(string name, bool shown)
    {
        var metadata = new Metadata();
        MetadataHeaders.AddTo(metadata, name, ["AQ=="]);

        Assert.Equal(shown ? 1 : 0, metadata.Count);
    }
}
