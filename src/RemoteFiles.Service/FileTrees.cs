using RemoteFiles.Accounts;
using RemoteFiles.Drive;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles;

/// <summary>Joins accounts and instances to the stores that hold their files.</summary>
internal sealed class FileTrees(DriveStore drives, NextcloudConnector nextclouds, IRemoteUsers users, AccountStore accounts) : IFileTrees
{
    public ICozyDrive Drive(string instance) => drives.Open(instance);

    public async Task<RemoteTree> RemoteAsync(string instance, string accountId, CancellationToken ct)
    {
        var account = await accounts.GetNextcloudAsync(instance, accountId, ct);
        if (account.UserId.Length == 0)
        {
            var userId = await UserIdAsync(account, ct);
            await accounts.RememberUserIdAsync(instance, accountId, userId, ct);
            account = account with { UserId = userId };
        }

        return nextclouds.Connect(account);
    }

    public RemoteTree Visit(Uri url, string login, string password, string userId) => nextclouds.Connect(new("", url, login, password, userId));

    private async Task<string> UserIdAsync(Account account, CancellationToken ct)
    {
        try
        {
            return await users.ResolveAsync(account.Url, account.Login, account.Password, ct);
        }
        catch (FaultException e) when (e.Fault == Fault.Unauthenticated)
        {
            // In the words of every other route: clients know these.
            throw new FaultException(Fault.Unauthenticated, "invalid authentication", e);
        }
    }
}
