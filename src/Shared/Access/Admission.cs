namespace Shared.Access;

/// <summary>Who may call an endpoint: metadata that every endpoint carries.</summary>
internal abstract record Admission
{
    /// <summary>Anyone, whatever the Host: health.</summary>
    public static readonly Admission Process = new ToProcess();

    /// <summary>Anyone who names an instance; the door asks for more itself.</summary>
    public static readonly Admission Public = new ToPublic();

    /// <summary>A valid token of the instance; the door checks what it allows, document by document.</summary>
    public static readonly Admission AnyToken = new ToToken();

    /// <summary>A service of ours, in the name of an instance.</summary>
    public static readonly Admission Service = new ToService();

    /// <summary>A service of ours that asks about no instance yet.</summary>
    public static readonly Admission Directory = new ToDirectory();

    /// <summary>A token that allows this verb on the whole doctype.</summary>
    public static Admission Permission(string verb, string doctype) => new ToPermission(verb, doctype);

    /// <summary>A token that allows this verb on anything of the doctype; the door checks on which documents.</summary>
    public static Admission SomePermission(string verb, string doctype) => new ToSomePermission(verb, doctype);

    internal sealed record ToProcess : Admission;

    internal sealed record ToPublic : Admission;

    internal sealed record ToToken : Admission;

    internal sealed record ToService : Admission;

    internal sealed record ToDirectory : Admission;

    internal sealed record ToPermission(string Verb, string Doctype) : Admission;

    internal sealed record ToSomePermission(string Verb, string Doctype) : Admission;
}
