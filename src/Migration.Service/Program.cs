using Migration;
using Operations;

if (Probe.IsAsked(args))
{
    return await Probe.AskAsync();
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddOperations("migration");
builder.AddMigration();
var app = builder.Build();
app.MapMigration();
await app.RunAsync();
return 0;
