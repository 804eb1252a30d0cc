using Dapper;
using Migration.Migrations;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>The rows of <c>predictions</c>: one for each instance.</summary>
internal sealed class PredictionTable(Database database) : IPredictions
{
    public Task KeepAsync(string instance, string question, Prediction prediction, CancellationToken ct) => database.WriteAsync(
        connection => connection.ExecuteAsync(
            """
            INSERT INTO predictions (instance, question, prediction) VALUES (@instance, @question, @text)
            ON CONFLICT (instance) DO UPDATE SET question = @question, prediction = @text
            """,
            new { instance, question, text = DocumentJson.Write(prediction) }),
        ct);

    public Task<Prediction?> FindAsync(string instance, string question, CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<string>(
            "SELECT prediction FROM predictions WHERE instance = @instance AND question = @question", new { instance, question }) is { } text
            ? DocumentJson.ReadPrediction(text)
            : null,
        ct);
}
