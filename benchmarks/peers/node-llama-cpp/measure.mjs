// Generates greedily with node-llama-cpp's lowest public call and tells how long it took. LocalSlm's benchmark starts this
// once, writes one request per line ({"tokens": [...], "output": n}) and reads one result per line. Times are milliseconds.
import {createInterface} from "node:readline";
import {getLlama} from "node-llama-cpp";

const {model: modelPath, threads, contextTokens, batchTokens} = JSON.parse(process.argv[2]);
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: threads});
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const context = await model.createContext({
    sequences: 1,
    contextSize: contextTokens,
    batchSize: batchTokens,
    flashAttention: true,
    threads: {ideal: threads, min: threads}
});
const sequence = context.getSequence();
console.log(JSON.stringify({ready: true, threads: context.currentThreads, llamaCpp: llama.llamaCppRelease?.release}));

for await (const line of createInterface({input: process.stdin})) {
    const {tokens, output} = JSON.parse(line);
    await sequence.clearHistory();
    const reply = [];
    let text = "";
    let first = 0;
    const started = performance.now();
    for await (const token of sequence.evaluate(tokens, {temperature: 0, yieldEogToken: true})) {
        // A chat hands out text, so the text is made here too.
        text += model.detokenize([token]);
        reply.push(token);
        first ||= performance.now();
        if (reply.length === output)
            break;
    }

    const last = performance.now();
    console.log(JSON.stringify({prefill: first - started, decode: last - first, reply, characters: text.length}));
}

process.exit(0);
