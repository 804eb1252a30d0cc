using Operations;
using RemoteFiles;
using Shared.Hosting;

return await HostProgram.RunAsync(args, "remote-files", builder => builder.AddRemoteFiles(), app =>
{
    app.MapRemoteFiles();
    return app.RunServiceAsync(args);
});
