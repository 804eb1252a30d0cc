using RemoteFiles;
using Shared.Hosting;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddRemoteFiles();
var app = builder.Build();
app.MapRemoteFiles();
return await app.RunAsync(args);
