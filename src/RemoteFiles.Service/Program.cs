using Operations;
using RemoteFiles;

if (Probe.IsAsked(args))
{
    return await Probe.AskAsync();
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddOperations("remote-files");
builder.AddRemoteFiles();
var app = builder.Build();
app.MapRemoteFiles();
await app.RunAsync();
return 0;
