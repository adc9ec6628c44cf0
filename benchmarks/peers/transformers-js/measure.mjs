// Embeds texts, or generates greedily, with transformers.js's public calls, and tells how long it took. LocalSlm's benchmarks
// start this once for each model, write one request per line and read one result per line. Times are milliseconds.
//   embeddings: {"texts": [...], "textsPerCall": n, "vectors": whether to return them}
//   chat:       {"tokens": [...], "output": n}
import {createInterface} from "node:readline";
import {basename, dirname, sep} from "node:path";
import {AutoModelForCausalLM, AutoTokenizer, env, pipeline, Tensor, TextStreamer} from "@huggingface/transformers";

const {task, folder, dtype, threads} = JSON.parse(process.argv[2]);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder) + sep;
const name = basename(folder);
const options = {
    dtype,
    device: "cpu",
    local_files_only: true,
    session_options: {intraOpNumThreads: threads, interOpNumThreads: 1}
};

const answer = task === "chat" ? await loadChat() : await loadEmbeddings();
console.log(JSON.stringify({ready: true, version: env.version}));
for await (const line of createInterface({input: process.stdin}))
    console.log(JSON.stringify(await answer(JSON.parse(line))));

process.exit(0);

async function loadEmbeddings() {
    const extract = await pipeline("feature-extraction", name, options);
    return async ({texts, textsPerCall, vectors}) => {
        const found = [];
        const started = performance.now();
        for (let at = 0; at < texts.length; at += textsPerCall) {
            const output = await extract(texts.slice(at, at + textsPerCall), {pooling: "mean", normalize: true});
            if (vectors)
                found.push(...output.tolist());
        }

        return {time: performance.now() - started, vectors: found};
    };
}

async function loadChat() {
    const tokenizer = await AutoTokenizer.from_pretrained(name, options);
    const model = await AutoModelForCausalLM.from_pretrained(name, options);
    return async ({tokens, output}) => {
        let text = "";
        let first = 0;
        let last = 0;
        const reply = [];
        // A chat hands out text, so the text is made here too.
        const streamer = new TextStreamer(tokenizer, {
            skip_prompt: true,
            callback_function: (piece) => (text += piece),
            token_callback_function: (ids) => {
                last = performance.now();
                first ||= last;
                reply.push(...ids.map(Number));
            }
        });
        const started = performance.now();
        await model.generate({
            input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
            attention_mask: new Tensor("int64", new BigInt64Array(tokens.length).fill(1n), [1, tokens.length]),
            max_new_tokens: output,
            min_new_tokens: output,
            do_sample: false,
            streamer
        });
        return {prefill: first - started, decode: last - first, reply, text};
    };
}
