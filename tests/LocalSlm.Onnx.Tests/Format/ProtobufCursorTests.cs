using LocalSlm.Onnx.Format.Graph;
using Xunit;

namespace LocalSlm.Tests.Format;

public sealed class ProtobufCursorTests
{
    [Fact]
    public void Next_ExamplesOfTheSpecification_ReadsFieldsAndValues()
    {
        // protobuf.dev, "Encoding": field 1 = 150 is 08 96 01; field 2 = "testing" is 12 07 74 65 73 74 69 6e 67.
        var cursor = Over("089601120774657374696e67");

        Assert.True(cursor.Next());
        Assert.Equal((1, 150UL, false), (cursor.Field, cursor.Number, cursor.HasBytes));
        Assert.True(cursor.Next());
        Assert.Equal(2, cursor.Field);
        Assert.Equal("testing", cursor.Text(7));
        Assert.False(cursor.Next());
    }

    [Fact]
    public void Next_MessageInMessage_EndsWithTheInnerOne()
    {
        // The same source: a message in field 3 with field 1 = 150; a packed list in field 6 with 3, 270 and 86942.
        var cursor = Over("1a03089601" + "3206038e029ea705");

        Assert.True(cursor.Next());
        var outer = cursor.Enter();
        Assert.True(cursor.Next());
        Assert.Equal(150UL, cursor.Number);
        Assert.False(cursor.Next());
        cursor.Leave(outer);
        Assert.True(cursor.Next());
        outer = cursor.Enter();
        List<ulong> packed = [];
        while (cursor.NextPacked(out var value))
        {
            packed.Add(value);
        }

        cursor.Leave(outer);
        Assert.Equal([3, 270, 86942], packed);
        Assert.False(cursor.Next());
    }

    [Theory]
    [InlineData("120774", "claims 7 bytes; 1 are left")]
    [InlineData("08", "ends inside a field")]
    [InlineData("0dffff", "ends inside a field")]
    [InlineData("08ffffffffffffffffffff01", "longer than 10 bytes")]
    [InlineData("0b", "wire type 3")]
    [InlineData("0000", "has the number 0")]
    [InlineData("12ffffffffffffffffff01", "claims 18446744073709551615 bytes")]
    public void Next_DamagedMessage_Throws(string hexadecimal, string words)
    {
        var cursor = Over(hexadecimal);

        var error = Assert.Throws<ModelFileException>(() => cursor.Next());
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Offset);
    }

    [Fact]
    public void Text_LongerThanItsLimit_Throws()
    {
        var cursor = Over("120774657374696e67");
        cursor.Next();

        var error = Assert.Throws<ModelFileException>(() => cursor.Text(6));
        Assert.Contains("7 bytes long; at most 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_NoUtf8_Throws()
    {
        var cursor = Over("1202c328");
        cursor.Next();

        Assert.Throws<ModelFileException>(() => cursor.Text(6));
    }

    [Fact]
    public void Next_OverLargeField_DoesNotReadIt()
    {
        // A field of 1 GB, then field 1 = 150.
        using var stream = new HollowStream([0x12, 0x80, 0x80, 0x80, 0x80, 0x04], 1L << 30, [0x08, 0x96, 0x01]);
        var cursor = new ProtobufCursor(stream, "test");

        Assert.True(cursor.Next());
        Assert.Equal(1L << 30, cursor.Length);
        Assert.True(cursor.Next());
        Assert.Equal(150UL, cursor.Number);
        Assert.False(cursor.Next());
        Assert.InRange(stream.BytesRead, 9, 256 << 10);
    }

    private static ProtobufCursor Over(string hexadecimal) =>
        new(new MemoryStream(Convert.FromHexString(hexadecimal)), "test");
}
