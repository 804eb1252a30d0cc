using Operations;
using RemoteFiles;
using Shared.Hosting;

if (Probe.IsAsked(args))
{
    return await Probe.AskAsync();
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddOperations("remote-files");
builder.AddRemoteFiles();
var app = builder.Build();
app.MapRemoteFiles();
return await app.RunAsync(args);
