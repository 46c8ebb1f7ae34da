using System.Globalization;
using System.Reflection;
using ChatBot.Functions.Identity;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.DurableTask.Client;

namespace ChatBot.Functions.Hosting;

/// <summary>Calls a function that a request triggers, with what it asks for by its parameters, and sends its result.</summary>
internal static class HttpFunction
{
    public static RequestDelegate Of(MethodInfo method)
    {
        var owner = method.DeclaringType!;
        var parameters = Array.ConvertAll(method.GetParameters(), Bind);
        var invoker = MethodInvoker.Create(method);
        return async http =>
        {
            var arguments = Array.ConvertAll(parameters, valueOf => valueOf(http));
            var result = invoker.Invoke(http.RequestServices.GetRequiredService(owner), arguments.AsSpan());
            await (result is Task<IResult> task ? await task : (IResult)result!).ExecuteAsync(http);
        };
    }

    private static Func<HttpContext, object?> Bind(ParameterInfo parameter)
    {
        var (name, type) = (parameter.Name!, parameter.ParameterType);
        return type switch
        {
            _ when type == typeof(HttpRequest) => http => http.Request,
            _ when type == typeof(CurrentUser) => http => http.Features.GetRequiredFeature<CurrentUser>(),
            _ when type == typeof(CancellationToken) => http => http.RequestAborted,
            // The host's, or our own.
            _ when type == typeof(DurableTaskClient) => http => http.Features.Get<DurableTaskClient>() ?? http.RequestServices.GetRequiredService<DurableTaskClient>(),
            // From the route, which has constraints where not any text will do.
            _ when type == typeof(string) => http => http.GetRouteValue(name),
            _ when type == typeof(Guid) => http => Guid.Parse((string)http.GetRouteValue(name)!, CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"{parameter.Member} takes {name}, which requests do not have."),
        };
    }
}
