using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Shared.Faults;

namespace Shared.Access;

/// <summary>Mints and checks the tokens of an instance: JWT signed with HMAC (cozy-api section 2).</summary>
internal sealed class Tokens(MasterKey master, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    // Seconds from iat; ours, not the Cozy's. Whoever could sign it could as well sign another iat.
    private const string ValidFor = "valid_for";

    public string Mint(Instance instance, string audience, string subject, string scope) => Mint(instance, audience, subject, scope, null);

    /// <summary>A token with a life of its own; null is what its audience has.</summary>
    public string Mint(Instance instance, string audience, string subject, string scope, TimeSpan? validity)
    {
        var claims = new Dictionary<string, object>
        {
            ["aud"] = new[] { audience },
            ["iss"] = instance.Domain,
            ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds(),
            ["sub"] = subject,
        };
        if (scope.Length > 0)
        {
            claims["scope"] = scope;
        }

        if (validity is { } life)
        {
            claims[ValidFor] = (long)life.TotalSeconds;
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            SigningCredentials = new(KeyOf(instance, audience), SecurityAlgorithms.HmacSha512),
        });
    }

    /// <summary>The domain a token says it is for; not verified. Null when it is no token at all.</summary>
    public static string? IssuerOf(string token)
    {
        try
        {
            return Handler.ReadJsonWebToken(token).Issuer;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    /// <exception cref="AccessException">Malformed, with the contract's text and challenge.</exception>
    public async Task<Caller> CheckAsync(string token, Instance instance)
    {
        JsonWebToken claims;
        try
        {
            claims = Handler.ReadJsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            throw Invalid();
        }

        var audience = claims.Audiences.ToArray() is [var only] && ValidityOf(only) is not null ? only : throw Invalid();
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512],
            IssuerSigningKey = KeyOf(instance, audience),
            ValidIssuer = instance.Domain,
            ValidAudience = audience,
            RequireExpirationTime = false,
            LifetimeValidator = (notBefore, expires, _, _) => InTime(notBefore, expires),
        });

        // A session would need its cookie on every call, and no client of ours has one.
        if (!result.IsValid || claims.TryGetPayloadValue("session_id", out string _) || !claims.TryGetPayloadValue("iat", out long issuedAt))
        {
            throw Invalid();
        }

        var validity = claims.TryGetPayloadValue(ValidFor, out long seconds) ? TimeSpan.FromSeconds(seconds) : ValidityOf(audience)!.Value;
        var expiresAt = DateTimeOffset.UnixEpoch.AddSeconds(issuedAt) + validity;
        if (clock.GetUtcNow() > expiresAt)
        {
            throw new AccessException(Fault.Malformed, "Expired token")
            {
                Challenge = "Bearer error=\"invalid_token\" error_description=\"The access token expired\"",
            };
        }

        return new(instance, audience, claims.Subject ?? "", PermissionsOf(claims, audience)) { ExpiresAt = Earlier(expiresAt, claims.ValidTo) };
    }

    // ValidTo is the oldest date there is when the token does not say.
    private static DateTimeOffset Earlier(DateTimeOffset expiresAt, DateTime validTo) =>
        validTo > DateTime.MinValue && validTo < expiresAt.UtcDateTime ? new(validTo, TimeSpan.Zero) : expiresAt;

    private bool InTime(DateTime? notBefore, DateTime? expires) =>
        clock.GetUtcNow().UtcDateTime is var now && (notBefore is null || notBefore <= now) && (expires is null || now < expires);

    private static PermissionSet? PermissionsOf(JsonWebToken claims, string audience) => audience switch
    {
        Audiences.App or Audiences.Konnector => AppPermissions.Of(claims.Subject ?? ""),
        Audiences.Service => null,
        _ => PermissionSet.Parse(claims.TryGetPayloadValue("scope", out string scope) ? scope : ""),
    };

    private SymmetricSecurityKey KeyOf(Instance instance, string audience) =>
        new(master.Derive("token:" + (audience == Audiences.Konnector ? Audiences.App : audience), instance.Domain + "\n" + instance.TokenSalt));

    // cozy-api 2.2; null: not an audience that may call.
    private static TimeSpan? ValidityOf(string audience) => audience switch
    {
        Audiences.App or Audiences.Konnector or Audiences.Cli => TimeSpan.FromMinutes(30),
        Audiences.Access => TimeSpan.FromDays(7),
        Audiences.Service => TimeSpan.FromMinutes(5),
        _ => null,
    };

    private static AccessException Invalid() =>
        new(Fault.Malformed, "Invalid JWT token") { Challenge = "Bearer error=\"invalid_token\"" };
}
