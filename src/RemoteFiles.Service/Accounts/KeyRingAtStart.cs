using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Hosting;
using Shared.Storage;

namespace RemoteFiles.Accounts;

/// <summary>
/// Makes the first key before anything asks for it, one replica after the other: of two that make one each, the first would not know the
/// key of the second for a day, and could read nothing that it encrypts.
/// </summary>
internal sealed class KeyRingAtStart(IDataProtectionProvider protection, Database database) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => database.WriteAsync(
        _ =>
        {
            protection.CreateProtector("start").Protect([]);
            return Task.CompletedTask;
        },
        cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
