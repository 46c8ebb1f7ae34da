using System.Net;
using ChatBot.Functions.Settings;
using Microsoft.AspNetCore.HttpOverrides;

namespace ChatBot.Functions.RateLimiting;

/// <summary>Limits what comes from one address before anything is spent on finding out who asks.</summary>
public sealed class AddressLimits(RequestDelegate next, RequestLimiters limiters, LimitSettings limits)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is { } address && IsOfClient(address))
        {
            using var permit = limiters.Acquire(address);
            if (!permit.IsAcquired)
            {
                await RateLimitProblem.Of("requests from one address", limits.AddressRequestsPerMinute, permit).ExecuteAsync(http);
                return;
            }
        }

        await next(http);
    }

    // Callers from within, such as probes and what runs beside this program, are many clients or none.
    private bool IsOfClient(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !limits.TrustedProxies.Any(proxy => proxy.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}

public static class AddressLimitsExtensions
{
    public static void UseAddressLimits(this IApplicationBuilder app, LimitSettings limits)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in limits.TrustedProxies)
        {
            options.KnownIPNetworks.Add(proxy);
        }

        app.UseForwardedHeaders(options);
        app.UseMiddleware<AddressLimits>();
    }
}
