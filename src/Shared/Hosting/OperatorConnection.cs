using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Shared.Hosting;

/// <summary>
/// Marks the connections to the operator's listener. Its port would not do: another listener may have the same one at another address,
/// and what the edge hands over in the same process came to the edge's.
/// </summary>
internal static class OperatorConnection
{
    public static void MarkOperatorConnections(this IConnectionBuilder listener) => listener.Use(next => connection =>
    {
        connection.Features.Set(new Mark());
        return next(connection);
    });

    public static bool IsOfOperator(this HttpContext context) => context.Features.Get<Mark>() is not null;

    private sealed class Mark;
}
