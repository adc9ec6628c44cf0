using LocalSlm.Assets.Onnx;

namespace LocalSlm.Tests.Onnx;

public class ProtobufReaderTests
{
    [Fact]
    public void Next_ExamplesOfTheSpecification_ReadsFieldsAndValues()
    {
        // protobuf.dev, "Encoding": field 1 = 150 is 08 96 01; field 2 = "testing" is 12 07 74 65 73 74 69 6e 67.
        var reader = new ProtobufReader(Convert.FromHexString("089601120774657374696e67"));

        Assert.True(reader.Next());
        Assert.Equal((1, 150UL, false), (reader.Field, reader.Number, reader.HasBytes));
        Assert.True(reader.Next());
        Assert.Equal(2, reader.Field);
        Assert.Equal("testing"u8, reader.Bytes.Span);
        Assert.False(reader.Next());
    }

    [Theory]
    [InlineData("120774", "runs past the end")]
    [InlineData("08", "runs past the end")]
    [InlineData("08ffffffffffffffffffff01", "longer than 10 bytes")]
    [InlineData("0b", "Wire type 3")]
    public void Next_DamagedMessage_Throws(string hexadecimal, string words)
    {
        var reader = new ProtobufReader(Convert.FromHexString(hexadecimal));

        var error = Assert.Throws<InvalidDataException>(() => reader.Next());
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }
}
