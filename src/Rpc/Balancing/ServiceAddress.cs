using System.ComponentModel;
using System.Globalization;

namespace Rpc.Balancing;

/// <summary>
/// Where a service is, as a setting says it: <c>http://host:port</c>, several with <c>;</c> between them. A name that the DNS knows
/// several addresses of is each of them.
/// </summary>
[TypeConverter(typeof(OfText))]
public sealed class ServiceAddress
{
    private ServiceAddress(IReadOnlyList<Uri> all) => All = all;

    public IReadOnlyList<Uri> All { get; }

    /// <summary>Stands for the service where one address has to be named.</summary>
    public Uri First => All[0];

    /// <exception cref="FormatException">It is none.</exception>
    public static ServiceAddress Parse(string text)
    {
        var all = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(One).Distinct().ToList();
        return all.Count > 0 ? new(all) : throw new FormatException("no address is named");
    }

    public override string ToString() => string.Join(';', All);

    private static Uri One(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address is { PathAndQuery: "/", UserInfo: "", Fragment: "" }
            ? address
            : throw new FormatException($"\"{text}\" is not an address of the form http://host:port");

    private sealed class OfText : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => Parse((string)value);
    }
}
