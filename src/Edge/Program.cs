using Edge;
using Operations;

return await HostProgram.RunAsync(args, "edge", builder => builder.AddEdge(), app =>
{
    app.MapEdge();
    return app.ServeAsync();
});
