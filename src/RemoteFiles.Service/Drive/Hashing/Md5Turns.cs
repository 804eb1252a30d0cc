namespace RemoteFiles.Drive.Hashing;

/// <summary>
/// Pieces of messages that wait to be hashed. Nobody hashes his own before he must, and then takes those of others along, as many
/// as there are lanes: the more messages come at once, the less each costs.
/// </summary>
internal sealed class Md5Turns
{
    private readonly Lock gate = new();
    private readonly List<Piece> waiting = [];

    public static Md5Turns Shared { get; } = new();

    /// <summary>Lays down the next whole blocks of the message that has this state; both are ours until they are hashed.</summary>
    public Piece Add(uint[] state, ReadOnlyMemory<byte> blocks)
    {
        var piece = new Piece(state, blocks);
        lock (gate)
        {
            waiting.Add(piece);
        }

        return piece;
    }

    /// <summary>Ends when this piece, the oldest of its message, is hashed, by us or by somebody who took it along.</summary>
    public Task HashAsync(Piece piece)
    {
        var lanes = Take(piece);
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

        return piece.Hashed;
    }

    // This one and the oldest of other messages; none if it is somebody else's already.
    private List<Piece> Take(Piece piece)
    {
        lock (gate)
        {
            if (piece.IsTaken)
            {
                return [];
            }

            List<Piece> lanes = [piece, .. waiting.DistinctBy(other => other.State).Where(other => !other.IsTaken && other != piece).Take(Md5Lanes.Most - 1)];
            lanes.ForEach(lane => lane.IsTaken = true);
            return lanes;
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
