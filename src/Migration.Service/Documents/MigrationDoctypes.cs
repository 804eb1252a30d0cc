using Migration.Migrations;
using Shared.Access;
using Shared.Documents;
using Shared.Faults;

namespace Migration.Documents;

/// <summary>Under /data this service has the tracking documents alone.</summary>
internal sealed class MigrationDoctypes(IMigrations migrations, Signal work, TimeProvider clock) : IDoctypes
{
    public IDocuments Read(Instance instance, string doctype) => doctype == TrackingDocument.Doctype
        ? new MigrationDocuments(migrations, instance.Domain, work, clock)
        : throw new FaultException(Fault.NotFound, "wrong_doctype");

    public IDocuments Write(Instance instance, string doctype) => Read(instance, doctype);
}
