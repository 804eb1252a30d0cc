using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with its ASCII text or, when the key ends in <c>-bin</c>, its bytes.</summary>
    public class Entry
    {
        private readonly string? text;
        private readonly byte[]? bytes;

        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            if (IsBinary)
            {
                throw new ArgumentException($"The value of {Key} must be bytes.", nameof(value));
            }

            text = value ?? throw new ArgumentNullException(nameof(value));
        }

        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            if (!IsBinary)
            {
                throw new ArgumentException($"{Key} does not end in {BinaryHeaderSuffix}, so its value must be text.", nameof(valueBytes));
            }

            ArgumentNullException.ThrowIfNull(valueBytes);
            bytes = [.. valueBytes];
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public string Value => text ?? throw new InvalidOperationException($"The value of {Key} is bytes.");

        public byte[] ValueBytes => bytes is null ? Encoding.ASCII.GetBytes(Value) : [.. bytes];

        public override string ToString() => $"[Entry: key={Key}, {(bytes is null ? $"value={text}" : $"valueBytes={Convert.ToHexString(bytes)}")}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        // "Custom-Metadata": Header-Name is 1*( %x30-39 / %x61-7A / "_" / "-" / "."), compared in lower case.
        private static string NormalizeKey(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            foreach (var c in key)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
                {
                    throw new ArgumentException($"\"{key}\" is not a metadata key: letters, digits, '_', '-' and '.' are allowed.", nameof(key));
                }
            }

            return string.Create(key.Length, key, static (span, k) => k.AsSpan().ToLowerInvariant(span));
        }
    }
}
