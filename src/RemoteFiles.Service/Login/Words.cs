using System.Globalization;

namespace RemoteFiles.Login;

/// <summary>What the pages say, in one language.</summary>
internal sealed record Words
{
    public required string Language { get; init; }

    public required string SignInTitle { get; init; }

    public required string SignInText { get; init; }

    public required string Passphrase { get; init; }

    public required string SignIn { get; init; }

    public required string Wrong { get; init; }

    public required string Expired { get; init; }

    public required string AllowTitle { get; init; }

    public required string AllowText { get; init; }

    public required string Warning { get; init; }

    public required string Allow { get; init; }

    public required string Refuse { get; init; }

    public required string DoneTitle { get; init; }

    public required string DoneText { get; init; }

    public required string RefusedTitle { get; init; }

    public required string RefusedText { get; init; }

    public required string GoneTitle { get; init; }

    public required string GoneText { get; init; }

    public required string TooManyTitle { get; init; }

    public required string TooManyText { get; init; }

    public required string FailedTitle { get; init; }

    public required string FailedText { get; init; }

    public required string AppsTitle { get; init; }

    public required string AppsSignIn { get; init; }

    public required string AppsText { get; init; }

    public required string NoApps { get; init; }

    public required string Since { get; init; }

    public required string LastUsed { get; init; }

    public required string NeverUsed { get; init; }

    public required string Revoke { get; init; }

    public required string Leave { get; init; }

    public required string WelcomeTitle { get; init; }

    public required string WelcomeText { get; init; }

    public required string ServerAddress { get; init; }

    public static Words Of(HttpRequest request, string locale)
    {
        var asked = request.GetTypedHeaders().AcceptLanguage
            .Where(language => language.Quality is not 0)
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => Of(language.Value.ToString()))
            .FirstOrDefault(words => words is not null);
        return asked ?? Of(locale) ?? English;
    }

    public static string With(string text, params object[] values) => string.Format(CultureInfo.InvariantCulture, text, values);

    private static Words? Of(string language) => language.Split('-', '_')[0].ToUpperInvariant() switch
    {
        "EN" => English,
        "FR" => French,
        _ => null,
    };

    private static readonly Words English = new()
    {
        Language = "en",
        SignInTitle = "Connect {0}",
        SignInText = "This app wants to use the files of {0}. Sign in to go on; you will be asked before it gets access.",
        Passphrase = "Passphrase of your Cozy",
        SignIn = "Sign in",
        Wrong = "This is not the passphrase. Please try again.",
        Expired = "This page was open for too long. Please try again.",
        AllowTitle = "Allow {0}?",
        AllowText = "It will be able to see, change and delete all files of {0}, until you revoke its access.",
        Warning = "Go on only if you have just started this yourself, in the app, on your own device.",
        Allow = "Allow access",
        Refuse = "Refuse",
        DoneTitle = "{0} is connected",
        DoneText = "You can close this window and go back to the app.",
        RefusedTitle = "Access was refused",
        RefusedText = "The app gets nothing. You can close this window.",
        GoneTitle = "This link is no longer valid",
        GoneText = "It has been used already, or is older than 20 minutes. Please start again in the app.",
        TooManyTitle = "Too many tries",
        TooManyText = "For the safety of your Cozy, please wait {0} minutes and try again.",
        FailedTitle = "This did not work",
        FailedText = "Please start again in the app.",
        AppsTitle = "Connected apps",
        AppsSignIn = "Sign in to see the apps that may use the files of {0}.",
        AppsText = "These apps can see, change and delete your files. Revoke those that you no longer use, or do not know.",
        NoApps = "No app is connected.",
        Since = "Since {0},",
        LastUsed = "last used {0}",
        NeverUsed = "never used",
        Revoke = "Revoke",
        Leave = "Sign out",
        WelcomeTitle = "The Cozy of {0}",
        WelcomeText = "To sync these files, open a Nextcloud app on your computer or phone and enter this address as the server:",
        ServerAddress = "Server address",
    };

    private static readonly Words French = new()
    {
        Language = "fr",
        SignInTitle = "Connecter {0}",
        SignInText = "Cette application souhaite utiliser les fichiers de {0}. Identifiez-vous pour continuer ; rien ne sera partagé sans votre accord.",
        Passphrase = "Mot de passe de votre Cozy",
        SignIn = "Se connecter",
        Wrong = "Ce n’est pas le bon mot de passe. Veuillez réessayer.",
        Expired = "Cette page est restée ouverte trop longtemps. Veuillez réessayer.",
        AllowTitle = "Autoriser {0} ?",
        AllowText = "Cette application pourra voir, modifier et supprimer tous les fichiers de {0}, jusqu’à ce que vous révoquiez son accès.",
        Warning = "Ne continuez que si vous venez vous-même de lancer cette connexion, dans l’application, sur votre appareil.",
        Allow = "Autoriser l’accès",
        Refuse = "Refuser",
        DoneTitle = "{0} : connexion réussie",
        DoneText = "Vous pouvez fermer cette fenêtre et revenir à l’application.",
        RefusedTitle = "Accès refusé",
        RefusedText = "L’application n’obtient rien. Vous pouvez fermer cette fenêtre.",
        GoneTitle = "Ce lien n’est plus valable",
        GoneText = "Il a déjà servi, ou date de plus de 20 minutes. Veuillez recommencer dans l’application.",
        TooManyTitle = "Trop d’essais",
        TooManyText = "Pour la sécurité de votre Cozy, veuillez patienter {0} minutes avant de réessayer.",
        FailedTitle = "Cela n’a pas fonctionné",
        FailedText = "Veuillez recommencer dans l’application.",
        AppsTitle = "Applications connectées",
        AppsSignIn = "Identifiez-vous pour voir les applications qui peuvent utiliser les fichiers de {0}.",
        AppsText = "Ces applications peuvent voir, modifier et supprimer vos fichiers. Révoquez celles dont vous ne vous servez plus, ou que vous ne connaissez pas.",
        NoApps = "Aucune application n’est connectée.",
        Since = "Depuis le {0},",
        LastUsed = "dernière utilisation le {0}",
        NeverUsed = "jamais utilisée",
        Revoke = "Révoquer",
        Leave = "Se déconnecter",
        WelcomeTitle = "Le Cozy de {0}",
        WelcomeText = "Pour synchroniser ces fichiers, ouvrez une application Nextcloud sur votre ordinateur ou votre téléphone et saisissez cette adresse de serveur :",
        ServerAddress = "Adresse du serveur",
    };
}
