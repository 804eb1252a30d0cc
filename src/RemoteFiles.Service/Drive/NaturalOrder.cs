namespace RemoteFiles.Drive;

/// <summary>Names in the order people mean: 2 before 10, and 00002 like 2.</summary>
internal static class NaturalOrder
{
    public static int Compare(string one, string other)
    {
        var left = one.AsSpan();
        var right = other.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var order = char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0])
                ? CompareNumbers(Take(ref left, DigitsOf(left)), Take(ref right, DigitsOf(right)))
                : Take(ref left, 1)[0] - Take(ref right, 1)[0];
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(one, other);
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : MemoryExtensions.SequenceCompareTo(left, right);
    }

    private static int DigitsOf(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text, int count)
    {
        var taken = text[..count];
        text = text[count..];
        return taken;
    }
}
