using Migration;
using Operations;
using Shared.Hosting;

if (Probe.IsAsked(args))
{
    return await Probe.AskAsync();
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddOperations("migration");
builder.AddMigration();
var app = builder.Build();
app.MapMigration();
return await app.RunAsync(args);
