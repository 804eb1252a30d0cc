using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Errors;

/// <summary>Endpoint metadata of a door whose protocol has a form of its own for errors; without it they are written for REST.</summary>
internal sealed record ErrorForm(Func<HttpContext, FaultException, Task> WriteAsync);
