using Google.Protobuf.Reflection;

namespace Rpc.Server;

/// <summary>The services of this server, for reflection.</summary>
internal sealed class MappedServices
{
    private readonly List<ServiceDescriptor> services = [];

    public IReadOnlyList<ServiceDescriptor> All => services;

    /// <summary>Calls of unknown methods are answered by one endpoint, however many services are mapped.</summary>
    public bool UnknownMethodsMapped { get; set; }

    public void Add(ServiceDescriptor service)
    {
        if (!services.Contains(service))
        {
            services.Add(service);
        }
    }
}
