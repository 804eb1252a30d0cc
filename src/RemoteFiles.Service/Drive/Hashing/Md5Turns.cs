namespace RemoteFiles.Drive.Hashing;

/// <summary>
/// Pieces of messages that wait to be hashed: when there is one of each message that moves, or as many as there are lanes, all of
/// them are hashed at once. The more messages come together, the less each costs.
/// </summary>
internal sealed class Md5Turns(TimeProvider clock)
{
    /// <summary>
    /// How long those that are here wait for one that is late; it is not waited for again before it has come. A fast message beside
    /// slow ones gets on by a piece in that time at least: 100 MB a second.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private readonly Lock gate = new();
    private readonly List<Piece> waiting = [];
    private readonly HashSet<uint[]> moving = [];

    public static Md5Turns Shared { get; } = new(TimeProvider.System);

    /// <summary>Lays down the next whole blocks of the message that has this state; both are ours until they are hashed. The last to come hashes for all.</summary>
    public Piece Add(uint[] state, ReadOnlyMemory<byte> blocks)
    {
        var piece = new Piece(state, blocks);
        lock (gate)
        {
            waiting.Add(piece);
            moving.Add(state);
        }

        HashWhileAllAreHere();
        return piece;
    }

    /// <summary>Ends when this piece, the oldest of its message, is hashed: in the end without those that are late.</summary>
    public async Task HashAsync(Piece piece)
    {
        while (!piece.Hashed.IsCompleted && await Task.WhenAny(piece.Hashed, Task.Delay(Patience, clock)) != piece.Hashed)
        {
            Hash(TakeWhoIsHere());
            HashWhileAllAreHere();
        }

        await piece.Hashed;
    }

    /// <summary>No more of this message comes: nobody waits for it.</summary>
    public void End(uint[] state)
    {
        lock (gate)
        {
            moving.Remove(state);
        }

        HashWhileAllAreHere();
    }

    private void HashWhileAllAreHere()
    {
        while (TakeIfAllAreHere() is { Count: > 0 } lanes)
        {
            Hash(lanes);
        }
    }

    private List<Piece> TakeIfAllAreHere()
    {
        lock (gate)
        {
            return Free().Count() >= Math.Min(moving.Count, Md5Lanes.Most) ? Take() : [];
        }
    }

    private List<Piece> TakeWhoIsHere()
    {
        lock (gate)
        {
            moving.IntersectWith(waiting.Select(piece => piece.State));
            return Take();
        }
    }

    private List<Piece> Take()
    {
        var lanes = Free().Take(Md5Lanes.Most).ToList();
        lanes.ForEach(lane => lane.IsTaken = true);
        return lanes;
    }

    // The oldest of each message, unless somebody hashes it already.
    private IEnumerable<Piece> Free() => waiting.DistinctBy(piece => piece.State).Where(piece => !piece.IsTaken);

    private void Hash(List<Piece> lanes)
    {
        while (lanes.Count > 0)
        {
            var length = lanes.Min(lane => lane.Rest.Length);
            Md5Lanes.Append([.. lanes.Select(lane => lane.State)], [.. lanes.Select(lane => lane.Rest)], length);
            foreach (var lane in lanes)
            {
                lane.Rest = lane.Rest[length..];
            }

            Remove(lanes.FindAll(lane => lane.Rest.IsEmpty));
            lanes.RemoveAll(lane => lane.Rest.IsEmpty);
        }
    }

    private void Remove(List<Piece> hashed)
    {
        lock (gate)
        {
            waiting.RemoveAll(hashed.Contains);
        }

        hashed.ForEach(piece => piece.End());
    }

    internal sealed class Piece(uint[] state, ReadOnlyMemory<byte> blocks)
    {
        private readonly TaskCompletionSource hashed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public uint[] State => state;

        public ReadOnlyMemory<byte> Rest { get; set; } = blocks;

        public bool IsTaken { get; set; }

        public Task Hashed => hashed.Task;

        public void End() => hashed.SetResult();
    }
}
