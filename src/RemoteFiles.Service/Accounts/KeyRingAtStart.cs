using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Hosting;
using Operations;
using Shared.Storage;

namespace RemoteFiles.Accounts;

/// <summary>
/// Makes the first key before anything asks for it, one replica after the other: of two that make one each, the first would not know the
/// key of the second for a day, and could read nothing that it encrypts. Under another master key it makes none: nothing that was stored
/// could be read beside it.
/// </summary>
internal sealed class KeyRingAtStart(IKeyManager ring, IDataProtectionProvider protection, Database database) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => database.WriteAsync(
        _ =>
        {
            DemandRightKey();
            protection.CreateProtector("start").Protect([]);
            return Task.CompletedTask;
        },
        cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void DemandRightKey()
    {
        var keys = ring.GetAllKeys();
        if (keys.Count > 0 && !keys.Any(IsOpened))
        {
            throw new StartException("Master:KeyFile (or Master:Key) is not the key that the directory keys in Storage:Directory was sealed with: none of the stored passwords could be read");
        }
    }

    private static bool IsOpened(IKey key)
    {
        try
        {
            return key.CreateEncryptor() is not null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
