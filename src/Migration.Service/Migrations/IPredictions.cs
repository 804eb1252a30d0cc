namespace Migration.Migrations;

/// <summary>The last prediction of each instance.</summary>
internal interface IPredictions
{
    /// <param name="instance">Whose.</param>
    /// <param name="question">What was asked, the same text for the same question.</param>
    /// <param name="prediction">The answer.</param>
    /// <param name="ct">Stops before it is kept.</param>
    Task KeepAsync(string instance, string question, Prediction prediction, CancellationToken ct);

    /// <summary>Null when another question was the last.</summary>
    Task<Prediction?> FindAsync(string instance, string question, CancellationToken ct);
}
