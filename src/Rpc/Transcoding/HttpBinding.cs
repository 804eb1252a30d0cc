using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;

namespace Rpc.Transcoding;

/// <summary>One google.api.http rule of a method: where its request is found in the HTTP request.</summary>
internal sealed class HttpBinding
{
    private const string WholeBody = "*";

    private HttpBinding(MethodDescriptor method, HttpRule rule)
    {
        var (httpMethod, template) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => (HttpMethods.Get, rule.Get),
            HttpRule.PatternOneofCase.Put => (HttpMethods.Put, rule.Put),
            HttpRule.PatternOneofCase.Post => (HttpMethods.Post, rule.Post),
            HttpRule.PatternOneofCase.Delete => (HttpMethods.Delete, rule.Delete),
            HttpRule.PatternOneofCase.Patch => (HttpMethods.Patch, rule.Patch),
            HttpRule.PatternOneofCase.Custom => (rule.Custom.Kind, rule.Custom.Path),
            _ => throw new InvalidOperationException($"A google.api.http rule of {method.FullName} has no pattern."),
        };
        HttpMethod = httpMethod;
        Template = RawTemplate.Parse(template);
        PathVariables = [.. Template.Variables.Select(name => (name, FieldPath.OfProtoNames(method.InputType, name)))];
        HasBody = rule.Body.Length > 0;
        BodyField = HasBody && rule.Body != WholeBody ? FieldPath.Field(method.InputType, rule.Body) : null;
        TakesQuery = rule.Body != WholeBody;
        ResponseField = rule.ResponseBody.Length > 0 ? FieldPath.Field(method.OutputType, rule.ResponseBody) : null;
    }

    public string HttpMethod { get; }

    public RawTemplate Template { get; }

    public IReadOnlyList<(string Variable, FieldPath Field)> PathVariables { get; }

    public bool HasBody { get; }

    /// <summary>The field that the body is; null when it is the whole request, or when there is none.</summary>
    public FieldDescriptor? BodyField { get; }

    /// <summary>"If body is *, there are no query parameters": what the path does not take is in the body.</summary>
    public bool TakesQuery { get; }

    public FieldDescriptor? ResponseField { get; }

    public static IEnumerable<HttpBinding> Of(MethodDescriptor method) =>
        method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } rule
            ? new[] { rule }.Concat(rule.AdditionalBindings).Select(each => new HttpBinding(method, each))
            : [];
}
