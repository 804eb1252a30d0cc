namespace Migration.Migrations;

/// <summary>A <see cref="Scope"/> as it was asked for, and as a document keeps it.</summary>
internal sealed record WishedScope(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, IReadOnlyList<string> Folders)
{
    /// <exception cref="Shared.Faults.FaultException">Malformed: it cannot be understood.</exception>
    public TriggerOrder AddTo(TriggerOrder order)
    {
        _ = Of(order.Source);
        return order with { Wished = this };
    }

    public Scope Of(CleanPath source) => Scope.Read(source, Include, Exclude, Folders);

    public TrackingDocument AddTo(TrackingDocument document) => document with
    {
        Include = OrNull(Include),
        Exclude = OrNull(Exclude),
        Folders = OrNull(Folders),
    };

    private static IReadOnlyList<string>? OrNull(IReadOnlyList<string> list) => list.Count > 0 ? list : null;
}
