using Edge;
using Operations;

if (Probe.IsAsked(args))
{
    return await Probe.AskAsync();
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddOperations("edge");
builder.AddEdge();
var app = builder.Build();
app.MapEdge();
await app.RunAsync();
return 0;
