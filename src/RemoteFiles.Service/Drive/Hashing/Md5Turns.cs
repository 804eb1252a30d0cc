namespace RemoteFiles.Drive.Hashing;

/// <summary>
/// Pieces of messages that wait to be hashed, a slice at a time. Nothing is hashed before somebody needs it, and then all that is
/// there comes along, as many messages as there are lanes: the more messages come at once, the less each costs.
/// </summary>
/// <param name="mostAtOnce">How many threads may hash. Each has its own lanes, so with more of them each has fewer messages.</param>
internal sealed class Md5Turns(int mostAtOnce)
{
    // Short enough that who comes a little later does not wait for long.
    private const int Slice = 64 * 1024;

    private readonly Lock gate = new();
    private readonly List<Piece> waiting = [];
    private int hashing;

    public static Md5Turns Shared { get; } = new(Math.Max(1, Environment.ProcessorCount / 2));

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

    /// <summary>Ends when this piece, the oldest of its message, is hashed.</summary>
    public Task HashAsync(Piece piece)
    {
        lock (gate)
        {
            piece.IsNeeded = true;
            if (!piece.Hashed.IsCompleted && hashing < mostAtOnce)
            {
                hashing++;
                ThreadPool.UnsafeQueueUserWorkItem(static turns => turns.HashWhatIsNeeded(), this, preferLocal: true);
            }
        }

        return piece.Hashed;
    }

    private void HashWhatIsNeeded()
    {
        while (Take() is { Count: > 0 } lanes)
        {
            var length = Math.Min(Slice, lanes.Min(lane => lane.Rest.Length));
            Md5Lanes.Append([.. lanes.Select(lane => lane.State)], [.. lanes.Select(lane => lane.Rest)], length);
            GiveBack(lanes, length);
        }
    }

    // The oldest pieces of as many messages as there are lanes, the needed ones before others; none if none of them is needed.
    private List<Piece> Take()
    {
        lock (gate)
        {
            var oldest = waiting.DistinctBy(piece => piece.State).Where(piece => !piece.IsTaken).OrderByDescending(piece => piece.IsNeeded);
            List<Piece> lanes = [.. oldest.Take(Md5Lanes.Most)];
            if (lanes is not [{ IsNeeded: true }, ..])
            {
                hashing--;
                return [];
            }

            lanes.ForEach(lane => lane.IsTaken = true);
            return lanes;
        }
    }

    private void GiveBack(List<Piece> lanes, int hashed)
    {
        lock (gate)
        {
            foreach (var lane in lanes)
            {
                lane.Rest = lane.Rest[hashed..];
                lane.IsTaken = false;
            }

            waiting.RemoveAll(piece => piece.Rest.IsEmpty && lanes.Contains(piece));
        }

        lanes.FindAll(lane => lane.Rest.IsEmpty).ForEach(lane => lane.End());
    }

    internal sealed class Piece(uint[] state, ReadOnlyMemory<byte> blocks)
    {
        private readonly TaskCompletionSource hashed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public uint[] State => state;

        public ReadOnlyMemory<byte> Rest { get; set; } = blocks;

        /// <summary>Somebody waits for it.</summary>
        public bool IsNeeded { get; set; }

        /// <summary>A thread is at it.</summary>
        public bool IsTaken { get; set; }

        public Task Hashed => hashed.Task;

        public void End() => hashed.SetResult();
    }
}
