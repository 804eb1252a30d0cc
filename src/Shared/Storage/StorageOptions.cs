using System.ComponentModel.DataAnnotations;

namespace Shared.Storage;

/// <summary>Section "Storage": where a service keeps what lasts.</summary>
internal sealed class StorageOptions
{
    [Required]
    public string Directory { get; set; } = "";

    public string FileOf(string name) => Path.Combine(Directory, name);
}
