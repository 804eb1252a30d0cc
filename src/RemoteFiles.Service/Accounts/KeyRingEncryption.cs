using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;
using Shared.Access;

namespace RemoteFiles.Accounts;

/// <summary>Encrypts the key ring of Data Protection at rest with the master key (AES-256-GCM): a copied data directory opens nothing alone.</summary>
internal sealed class KeyRingEncryption(MasterKey master) : IConfigureOptions<KeyManagementOptions>, IXmlEncryptor
{
    public void Configure(KeyManagementOptions options) => options.XmlEncryptor = this;

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var clear = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        var hidden = new byte[clear.Length];
        using var aes = KeyRingDecryption.Cipher(master);
        aes.Encrypt(nonce, clear, hidden, tag);
        byte[] all = [.. nonce, .. tag, .. hidden];
        return new(new XElement("encryptedKey", new XElement("value", Convert.ToBase64String(all))), typeof(KeyRingDecryption));
    }
}

/// <summary>Made by Data Protection, by the type name that stands in the key ring.</summary>
internal sealed class KeyRingDecryption(IServiceProvider services) : IXmlDecryptor
{
    private const int KeyBytes = 32;

    public XElement Decrypt(XElement encryptedElement)
    {
        var all = Convert.FromBase64String(encryptedElement.Element("value")!.Value).AsSpan();
        var (nonceBytes, tagBytes) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var clear = new byte[all.Length - nonceBytes - tagBytes];
        using var aes = Cipher(services.GetRequiredService<MasterKey>());
        aes.Decrypt(all[..nonceBytes], all[(nonceBytes + tagBytes)..], all[nonceBytes..(nonceBytes + tagBytes)], clear);
        return XElement.Parse(Encoding.UTF8.GetString(clear));
    }

    internal static AesGcm Cipher(MasterKey master) => new(master.Derive("key ring", "")[..KeyBytes], AesGcm.TagByteSizes.MaxSize);
}
