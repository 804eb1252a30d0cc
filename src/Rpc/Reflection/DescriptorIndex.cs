using Google.Protobuf.Reflection;
using Rpc.Server;

namespace Rpc.Reflection;

/// <summary>The .proto files behind the mapped services, found by name, by symbol and by extension.</summary>
internal sealed class DescriptorIndex
{
    private readonly Lazy<IReadOnlyList<string>> services;
    private readonly Lazy<Dictionary<string, FileDescriptor>> files;
    private readonly Lazy<Dictionary<string, FileDescriptor>> symbols;

    public DescriptorIndex(MappedServices mapped)
    {
        // Lazy: services may still be mapped after this one.
        services = new(() => [.. mapped.All.Select(service => service.FullName).Order(StringComparer.Ordinal)]);
        files = new(() => mapped.All.SelectMany(service => WithImports(service.File)).DistinctBy(file => file.Name).ToDictionary(file => file.Name));
        symbols = new(() => files.Value.Values.SelectMany(Symbols).ToDictionary(found => found.Name, found => found.File, StringComparer.Ordinal));
    }

    public IReadOnlyList<string> Services => services.Value;

    public FileDescriptor? FindFile(string name) => files.Value.GetValueOrDefault(name);

    public FileDescriptor? FindSymbol(string name) => symbols.Value.GetValueOrDefault(name);

    public FileDescriptor? FindExtension(string type, int number) =>
        Extensions(type).FirstOrDefault(extension => extension.FieldNumber == number)?.File;

    /// <summary>The numbers that extend a message, or null if there is no such message.</summary>
    public IReadOnlyList<int>? ExtensionNumbers(string type) =>
        FindSymbol(type) is null ? null : [.. Extensions(type).Select(extension => extension.FieldNumber).Distinct().Order()];

    /// <summary>A file, then all it imports, so that one answer is enough.</summary>
    public static IEnumerable<FileDescriptor> WithImports(FileDescriptor file) =>
        file.Dependencies.SelectMany(WithImports).Prepend(file).DistinctBy(each => each.Name);

    private IEnumerable<FieldDescriptor> Extensions(string type) => files.Value.Values
        .SelectMany(file => file.Extensions.UnorderedExtensions)
        .Where(extension => extension.ExtendeeType.FullName == type);

    private static IEnumerable<(string Name, FileDescriptor File)> Symbols(FileDescriptor file) =>
    [
        .. file.MessageTypes.SelectMany(Symbols).Select(name => (name, file)),
        .. file.EnumTypes.Select(type => (type.FullName, file)),
        .. file.Extensions.UnorderedExtensions.Select(extension => (extension.FullName, file)),
        .. file.Services.SelectMany(service => service.Methods.Select(method => method.FullName).Prepend(service.FullName)).Select(name => (name, file)),
    ];

    private static IEnumerable<string> Symbols(MessageDescriptor type) =>
        [type.FullName, .. type.EnumTypes.Select(nested => nested.FullName), .. type.NestedTypes.SelectMany(Symbols)];
}
