// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from schema/config.schema.json by `npm run gen`. Never edited.
// @ts-nocheck

export const validate = validate10;

const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:ai-gateway-lite:schema:config","type":"object","additionalProperties":false,"properties":{"listen":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"},"gateway_auth":{"$ref":"#/definitions/gatewayAuth"},"routes":{"type":"array","items":{"$ref":"#/definitions/route"},"minItems":1},"upstream_defaults":{"$ref":"#/definitions/upstreamDefaults"},"inbound_tls":{"$ref":"#/definitions/inboundTls"},"cors":{"$ref":"#/definitions/cors"},"rate_limit":{"$ref":"#/definitions/rateLimit"},"concurrency":{"$ref":"#/definitions/concurrency"},"downstream":{"$ref":"#/definitions/downstream"},"observability":{"$ref":"#/definitions/observability"},"tests":{"type":"array","items":{"$ref":"#/definitions/configTest"}},"errors":{"$ref":"#/definitions/errors"},"reload":{"$ref":"#/definitions/reload"},"shutdown":{"$ref":"#/definitions/shutdown"}},"required":["listen","gateway_auth","routes"],"definitions":{"gatewayAuth":{"type":"object","additionalProperties":false,"properties":{"tokens":{"type":"array","items":{"type":"string","pattern":"\\S"},"minItems":1},"token_sources":{"type":"array","items":{"$ref":"#/definitions/tokenSource"},"minItems":1}},"required":["tokens"]},"tokenSource":{"type":"object","additionalProperties":false,"properties":{"type":{"type":"string","enum":["authorization_bearer","header","query"]},"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"required":["type"]},"route":{"type":"object","additionalProperties":false,"properties":{"id":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^/(?:.*[^/])?$"},"upstream":{"$ref":"#/definitions/upstream"}},"required":["id","prefix","upstream"]},"upstream":{"type":"object","additionalProperties":false,"properties":{"base_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"strip_prefix":{"type":"boolean"},"connect_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"request_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"stream_idle_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647},"stream_types":{"type":"array","items":{"type":"string","pattern":"^[!#$&^_.+0-9A-Za-z-]+/(?:\\*|[!#$&^_.+0-9A-Za-z-]+)$"}},"sse_keepalive_ms":{"type":"integer","minimum":1,"maximum":2147483647},"inject_headers":{"type":"array","items":{"$ref":"#/definitions/injectHeader"}},"inject_query":{"type":"array","items":{"$ref":"#/definitions/injectQuery"}},"remove_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"user_agent":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"},"forward_xff":{"type":"boolean"},"proxy":{"if":{"type":"object"},"then":{"$ref":"#/definitions/proxy"},"else":{"type":"string","pattern":"^(?:env|none|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss](?:5[Hh]?)?)://\\S+)$"}},"tls":{"$ref":"#/definitions/upstreamTls"},"upstream_key_max_inflight":{"type":"integer","minimum":1},"retry":{"$ref":"#/definitions/retry"}},"required":["base_url"]},"upstreamDefaults":{"type":"object","additionalProperties":false,"properties":{"strip_prefix":{"$ref":"#/definitions/upstream/properties/strip_prefix"},"connect_timeout_ms":{"$ref":"#/definitions/upstream/properties/connect_timeout_ms"},"request_timeout_ms":{"$ref":"#/definitions/upstream/properties/request_timeout_ms"},"stream_idle_timeout_ms":{"$ref":"#/definitions/upstream/properties/stream_idle_timeout_ms"},"stream_types":{"$ref":"#/definitions/upstream/properties/stream_types"},"sse_keepalive_ms":{"$ref":"#/definitions/upstream/properties/sse_keepalive_ms"},"inject_headers":{"$ref":"#/definitions/upstream/properties/inject_headers"},"inject_query":{"$ref":"#/definitions/upstream/properties/inject_query"},"remove_headers":{"$ref":"#/definitions/upstream/properties/remove_headers"},"user_agent":{"$ref":"#/definitions/upstream/properties/user_agent"},"forward_xff":{"$ref":"#/definitions/upstream/properties/forward_xff"},"proxy":{"$ref":"#/definitions/upstream/properties/proxy"},"tls":{"$ref":"#/definitions/upstream/properties/tls"},"upstream_key_max_inflight":{"$ref":"#/definitions/upstream/properties/upstream_key_max_inflight"},"retry":{"$ref":"#/definitions/upstream/properties/retry"}}},"injectHeader":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"value":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"}},"required":["name","value"]},"injectQuery":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[^\\s]+$"},"value":{"type":"string"}},"required":["name","value"]},"proxy":{"type":"object","additionalProperties":false,"properties":{"protocol":{"type":"string","enum":["http","https","socks"]},"address":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"},"username":{"type":"string","pattern":"\\S"},"password":{"type":"string","pattern":"\\S"}},"required":["protocol","address"],"dependencies":{"username":["password"],"password":["username"]}},"upstreamTls":{"type":"object","additionalProperties":false,"properties":{"ca_path":{"type":"string","pattern":"\\S"},"cert_path":{"type":"string","pattern":"\\S"},"key_path":{"type":"string","pattern":"\\S"},"server_name":{"type":"string","pattern":"\\S"}},"dependencies":{"cert_path":["key_path"],"key_path":["cert_path"]}},"retry":{"type":"object","additionalProperties":false,"properties":{"max_attempts":{"type":"integer","minimum":1,"maximum":5},"retry_on":{"type":"array","items":{"type":"string","enum":["connect_error","reset","timeout","429","502","503","504"]}},"max_body_bytes":{"type":"integer","minimum":0},"backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"max_backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"attempt_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["max_attempts"]},"inboundTls":{"type":"object","additionalProperties":false,"properties":{"cert_path":{"type":"string","pattern":"\\S"},"key_path":{"type":"string","pattern":"\\S"},"self_signed_cert_path":{"type":"string","pattern":"\\S"},"self_signed_key_path":{"type":"string","pattern":"\\S"},"client_ca_path":{"type":"string","pattern":"\\S"}},"dependencies":{"cert_path":["key_path"],"key_path":["cert_path"]}},"cors":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"allow_origins":{"type":"array","items":{"type":"string","pattern":"\\S"}},"allow_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"allow_methods":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"expose_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"allow_credentials":{"type":"boolean"},"max_age_s":{"type":"integer","minimum":0}}},"rateLimit":{"type":"object","additionalProperties":false,"properties":{"per_minute":{"type":"integer","minimum":1}}},"concurrency":{"type":"object","additionalProperties":false,"properties":{"downstream_max_inflight":{"type":"integer","minimum":1},"upstream_per_key_max_inflight":{"type":"integer","minimum":1},"queue":{"$ref":"#/definitions/queue"}}},"queue":{"type":"object","additionalProperties":false,"properties":{"max_waiting":{"type":"integer","minimum":0},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}}},"downstream":{"type":"object","additionalProperties":false,"properties":{"send_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647}}},"observability":{"type":"object","additionalProperties":false,"properties":{"logging":{"$ref":"#/definitions/logging"},"metrics":{"$ref":"#/definitions/metrics"},"tracing":{"$ref":"#/definitions/tracing"}}},"logging":{"type":"object","additionalProperties":false,"properties":{"level":{"type":"string","enum":["trace","debug","info","warn","error"]},"format":{"type":"string","enum":["json","text"]},"to_stdout":{"type":"boolean"},"file":{"$ref":"#/definitions/logFile"}}},"logFile":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"dir":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^[^/\\\\\\s]+$"},"rotation":{"type":"string","enum":["minutely","hourly","daily","never"]},"max_size_mb":{"type":"integer","minimum":1,"maximum":1048576},"max_files":{"type":"integer","minimum":1}}},"metrics":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"path":{"type":"string","pattern":"^/.*[^/]$"},"token":{"type":"string","pattern":"\\S"},"listen":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}}},"tracing":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"sample_ratio":{"type":"number","minimum":0,"maximum":1},"otlp":{"$ref":"#/definitions/otlp"}}},"otlp":{"type":"object","additionalProperties":false,"properties":{"endpoint":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"protocol":{"type":"string","enum":["grpc","http"]},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["endpoint"]},"errors":{"type":"object","additionalProperties":false,"properties":{"format":{"type":"string","enum":["plain","openai","anthropic","auto"]}}},"reload":{"type":"object","additionalProperties":false,"properties":{"watch":{"type":"boolean"}}},"shutdown":{"type":"object","additionalProperties":false,"properties":{"grace_ms":{"type":"integer","minimum":0,"maximum":2147483647},"drain_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647}}},"configTest":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"\\S"},"request":{"$ref":"#/definitions/testRequest"},"expect":{"$ref":"#/definitions/testExpect"}},"required":["name","request","expect"]},"testRequest":{"type":"object","additionalProperties":false,"properties":{"method":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"path":{"type":"string","pattern":"^/"},"headers":{"type":"object","additionalProperties":{"type":"string"}}},"required":["method","path"]},"testExpect":{"type":"object","additionalProperties":false,"properties":{"route":{"type":"string","pattern":"\\S"},"status":{"type":"integer","minimum":100,"maximum":599},"upstream_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"upstream_headers":{"type":"object","additionalProperties":{"type":"string"}},"absent_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}},"minProperties":1}}};
const schema40 = {"type":"object","additionalProperties":false,"properties":{"cert_path":{"type":"string","pattern":"\\S"},"key_path":{"type":"string","pattern":"\\S"},"self_signed_cert_path":{"type":"string","pattern":"\\S"},"self_signed_key_path":{"type":"string","pattern":"\\S"},"client_ca_path":{"type":"string","pattern":"\\S"}},"dependencies":{"cert_path":["key_path"],"key_path":["cert_path"]}};
const schema41 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"allow_origins":{"type":"array","items":{"type":"string","pattern":"\\S"}},"allow_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"allow_methods":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"expose_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"allow_credentials":{"type":"boolean"},"max_age_s":{"type":"integer","minimum":0}}};
const schema42 = {"type":"object","additionalProperties":false,"properties":{"per_minute":{"type":"integer","minimum":1}}};
const schema45 = {"type":"object","additionalProperties":false,"properties":{"send_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647}}};
const schema55 = {"type":"object","additionalProperties":false,"properties":{"format":{"type":"string","enum":["plain","openai","anthropic","auto"]}}};
const schema56 = {"type":"object","additionalProperties":false,"properties":{"watch":{"type":"boolean"}}};
const schema57 = {"type":"object","additionalProperties":false,"properties":{"grace_ms":{"type":"integer","minimum":0,"maximum":2147483647},"drain_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647}}};
const func2 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$", "u");
const pattern1 = new RegExp("\\S", "u");
const pattern2 = new RegExp("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "u");
const schema12 = {"type":"object","additionalProperties":false,"properties":{"tokens":{"type":"array","items":{"type":"string","pattern":"\\S"},"minItems":1},"token_sources":{"type":"array","items":{"$ref":"#/definitions/tokenSource"},"minItems":1}},"required":["tokens"]};
const schema13 = {"type":"object","additionalProperties":false,"properties":{"type":{"type":"string","enum":["authorization_bearer","header","query"]},"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"required":["type"]};

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.tokens === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "tokens"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "tokens") || (key0 === "token_sources"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.tokens !== undefined){
let data0 = data.tokens;
if(Array.isArray(data0)){
if(data0.length < 1){
const err2 = {instancePath:instancePath+"/tokens",schemaPath:"#/properties/tokens/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
if(typeof data1 === "string"){
if(!pattern1.test(data1)){
const err3 = {instancePath:instancePath+"/tokens/" + i0,schemaPath:"#/properties/tokens/items/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/tokens/" + i0,schemaPath:"#/properties/tokens/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/tokens",schemaPath:"#/properties/tokens/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.token_sources !== undefined){
let data2 = data.token_sources;
if(Array.isArray(data2)){
if(data2.length < 1){
const err6 = {instancePath:instancePath+"/token_sources",schemaPath:"#/properties/token_sources/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
let data3 = data2[i1];
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.type === undefined){
const err7 = {instancePath:instancePath+"/token_sources/" + i1,schemaPath:"#/definitions/tokenSource/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
for(const key1 in data3){
if(!((key1 === "type") || (key1 === "name"))){
const err8 = {instancePath:instancePath+"/token_sources/" + i1,schemaPath:"#/definitions/tokenSource/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data3.type !== undefined){
let data4 = data3.type;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/token_sources/" + i1+"/type",schemaPath:"#/definitions/tokenSource/properties/type/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(!(((data4 === "authorization_bearer") || (data4 === "header")) || (data4 === "query"))){
const err10 = {instancePath:instancePath+"/token_sources/" + i1+"/type",schemaPath:"#/definitions/tokenSource/properties/type/enum",keyword:"enum",params:{allowedValues: schema13.properties.type.enum}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data3.name !== undefined){
let data5 = data3.name;
if(typeof data5 === "string"){
if(!pattern2.test(data5)){
const err11 = {instancePath:instancePath+"/token_sources/" + i1+"/name",schemaPath:"#/definitions/tokenSource/properties/name/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/token_sources/" + i1+"/name",schemaPath:"#/definitions/tokenSource/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/token_sources/" + i1,schemaPath:"#/definitions/tokenSource/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/token_sources",schemaPath:"#/properties/token_sources/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}

const schema14 = {"type":"object","additionalProperties":false,"properties":{"id":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^/(?:.*[^/])?$"},"upstream":{"$ref":"#/definitions/upstream"}},"required":["id","prefix","upstream"]};
const pattern4 = new RegExp("^/(?:.*[^/])?$", "u");
const schema15 = {"type":"object","additionalProperties":false,"properties":{"base_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"strip_prefix":{"type":"boolean"},"connect_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"request_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"stream_idle_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647},"stream_types":{"type":"array","items":{"type":"string","pattern":"^[!#$&^_.+0-9A-Za-z-]+/(?:\\*|[!#$&^_.+0-9A-Za-z-]+)$"}},"sse_keepalive_ms":{"type":"integer","minimum":1,"maximum":2147483647},"inject_headers":{"type":"array","items":{"$ref":"#/definitions/injectHeader"}},"inject_query":{"type":"array","items":{"$ref":"#/definitions/injectQuery"}},"remove_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"user_agent":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"},"forward_xff":{"type":"boolean"},"proxy":{"if":{"type":"object"},"then":{"$ref":"#/definitions/proxy"},"else":{"type":"string","pattern":"^(?:env|none|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss](?:5[Hh]?)?)://\\S+)$"}},"tls":{"$ref":"#/definitions/upstreamTls"},"upstream_key_max_inflight":{"type":"integer","minimum":1},"retry":{"$ref":"#/definitions/retry"}},"required":["base_url"]};
const schema16 = {"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"value":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"}},"required":["name","value"]};
const schema17 = {"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[^\\s]+$"},"value":{"type":"string"}},"required":["name","value"]};
const schema18 = {"type":"object","additionalProperties":false,"properties":{"protocol":{"type":"string","enum":["http","https","socks"]},"address":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"},"username":{"type":"string","pattern":"\\S"},"password":{"type":"string","pattern":"\\S"}},"required":["protocol","address"],"dependencies":{"username":["password"],"password":["username"]}};
const schema19 = {"type":"object","additionalProperties":false,"properties":{"ca_path":{"type":"string","pattern":"\\S"},"cert_path":{"type":"string","pattern":"\\S"},"key_path":{"type":"string","pattern":"\\S"},"server_name":{"type":"string","pattern":"\\S"}},"dependencies":{"cert_path":["key_path"],"key_path":["cert_path"]}};
const schema20 = {"type":"object","additionalProperties":false,"properties":{"max_attempts":{"type":"integer","minimum":1,"maximum":5},"retry_on":{"type":"array","items":{"type":"string","enum":["connect_error","reset","timeout","429","502","503","504"]}},"max_body_bytes":{"type":"integer","minimum":0},"backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"max_backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"attempt_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["max_attempts"]};
const pattern5 = new RegExp("^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]", "u");
const pattern6 = new RegExp("^[!#$&^_.+0-9A-Za-z-]+/(?:\\*|[!#$&^_.+0-9A-Za-z-]+)$", "u");
const pattern8 = new RegExp("^[\\t\\x20-\\x7e\\x80-\\xff]*$", "u");
const pattern9 = new RegExp("^[^\\s]+$", "u");
const pattern15 = new RegExp("^(?:env|none|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss](?:5[Hh]?)?)://\\S+)$", "u");

function validate14(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.base_url === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "base_url"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema15.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.base_url !== undefined){
let data0 = data.base_url;
if(typeof data0 === "string"){
if(!pattern5.test(data0)){
const err2 = {instancePath:instancePath+"/base_url",schemaPath:"#/properties/base_url/pattern",keyword:"pattern",params:{pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/base_url",schemaPath:"#/properties/base_url/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.strip_prefix !== undefined){
if(typeof data.strip_prefix !== "boolean"){
const err4 = {instancePath:instancePath+"/strip_prefix",schemaPath:"#/properties/strip_prefix/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.connect_timeout_ms !== undefined){
let data2 = data.connect_timeout_ms;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err5 = {instancePath:instancePath+"/connect_timeout_ms",schemaPath:"#/properties/connect_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 2147483647 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/connect_timeout_ms",schemaPath:"#/properties/connect_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data2 < 1 || isNaN(data2)){
const err7 = {instancePath:instancePath+"/connect_timeout_ms",schemaPath:"#/properties/connect_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
if(data.request_timeout_ms !== undefined){
let data3 = data.request_timeout_ms;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err8 = {instancePath:instancePath+"/request_timeout_ms",schemaPath:"#/properties/request_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 2147483647 || isNaN(data3)){
const err9 = {instancePath:instancePath+"/request_timeout_ms",schemaPath:"#/properties/request_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/request_timeout_ms",schemaPath:"#/properties/request_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
if(data.stream_idle_timeout_ms !== undefined){
let data4 = data.stream_idle_timeout_ms;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err11 = {instancePath:instancePath+"/stream_idle_timeout_ms",schemaPath:"#/properties/stream_idle_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 2147483647 || isNaN(data4)){
const err12 = {instancePath:instancePath+"/stream_idle_timeout_ms",schemaPath:"#/properties/stream_idle_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data4 < 0 || isNaN(data4)){
const err13 = {instancePath:instancePath+"/stream_idle_timeout_ms",schemaPath:"#/properties/stream_idle_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
if(data.stream_types !== undefined){
let data5 = data.stream_types;
if(Array.isArray(data5)){
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(typeof data6 === "string"){
if(!pattern6.test(data6)){
const err14 = {instancePath:instancePath+"/stream_types/" + i0,schemaPath:"#/properties/stream_types/items/pattern",keyword:"pattern",params:{pattern: "^[!#$&^_.+0-9A-Za-z-]+/(?:\\*|[!#$&^_.+0-9A-Za-z-]+)$"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/stream_types/" + i0,schemaPath:"#/properties/stream_types/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/stream_types",schemaPath:"#/properties/stream_types/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.sse_keepalive_ms !== undefined){
let data7 = data.sse_keepalive_ms;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err17 = {instancePath:instancePath+"/sse_keepalive_ms",schemaPath:"#/properties/sse_keepalive_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 2147483647 || isNaN(data7)){
const err18 = {instancePath:instancePath+"/sse_keepalive_ms",schemaPath:"#/properties/sse_keepalive_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data7 < 1 || isNaN(data7)){
const err19 = {instancePath:instancePath+"/sse_keepalive_ms",schemaPath:"#/properties/sse_keepalive_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data.inject_headers !== undefined){
let data8 = data.inject_headers;
if(Array.isArray(data8)){
const len1 = data8.length;
for(let i1=0; i1<len1; i1++){
let data9 = data8[i1];
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.name === undefined){
const err20 = {instancePath:instancePath+"/inject_headers/" + i1,schemaPath:"#/definitions/injectHeader/required",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data9.value === undefined){
const err21 = {instancePath:instancePath+"/inject_headers/" + i1,schemaPath:"#/definitions/injectHeader/required",keyword:"required",params:{missingProperty: "value"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
for(const key1 in data9){
if(!((key1 === "name") || (key1 === "value"))){
const err22 = {instancePath:instancePath+"/inject_headers/" + i1,schemaPath:"#/definitions/injectHeader/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data9.name !== undefined){
let data10 = data9.name;
if(typeof data10 === "string"){
if(!pattern2.test(data10)){
const err23 = {instancePath:instancePath+"/inject_headers/" + i1+"/name",schemaPath:"#/definitions/injectHeader/properties/name/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/inject_headers/" + i1+"/name",schemaPath:"#/definitions/injectHeader/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data9.value !== undefined){
let data11 = data9.value;
if(typeof data11 === "string"){
if(!pattern8.test(data11)){
const err25 = {instancePath:instancePath+"/inject_headers/" + i1+"/value",schemaPath:"#/definitions/injectHeader/properties/value/pattern",keyword:"pattern",params:{pattern: "^[\\t\\x20-\\x7e\\x80-\\xff]*$"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/inject_headers/" + i1+"/value",schemaPath:"#/definitions/injectHeader/properties/value/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath:instancePath+"/inject_headers/" + i1,schemaPath:"#/definitions/injectHeader/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/inject_headers",schemaPath:"#/properties/inject_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.inject_query !== undefined){
let data12 = data.inject_query;
if(Array.isArray(data12)){
const len2 = data12.length;
for(let i2=0; i2<len2; i2++){
let data13 = data12[i2];
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
if(data13.name === undefined){
const err29 = {instancePath:instancePath+"/inject_query/" + i2,schemaPath:"#/definitions/injectQuery/required",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data13.value === undefined){
const err30 = {instancePath:instancePath+"/inject_query/" + i2,schemaPath:"#/definitions/injectQuery/required",keyword:"required",params:{missingProperty: "value"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
for(const key2 in data13){
if(!((key2 === "name") || (key2 === "value"))){
const err31 = {instancePath:instancePath+"/inject_query/" + i2,schemaPath:"#/definitions/injectQuery/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data13.name !== undefined){
let data14 = data13.name;
if(typeof data14 === "string"){
if(!pattern9.test(data14)){
const err32 = {instancePath:instancePath+"/inject_query/" + i2+"/name",schemaPath:"#/definitions/injectQuery/properties/name/pattern",keyword:"pattern",params:{pattern: "^[^\\s]+$"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/inject_query/" + i2+"/name",schemaPath:"#/definitions/injectQuery/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data13.value !== undefined){
if(typeof data13.value !== "string"){
const err34 = {instancePath:instancePath+"/inject_query/" + i2+"/value",schemaPath:"#/definitions/injectQuery/properties/value/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/inject_query/" + i2,schemaPath:"#/definitions/injectQuery/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
else {
const err36 = {instancePath:instancePath+"/inject_query",schemaPath:"#/properties/inject_query/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data.remove_headers !== undefined){
let data16 = data.remove_headers;
if(Array.isArray(data16)){
const len3 = data16.length;
for(let i3=0; i3<len3; i3++){
let data17 = data16[i3];
if(typeof data17 === "string"){
if(!pattern2.test(data17)){
const err37 = {instancePath:instancePath+"/remove_headers/" + i3,schemaPath:"#/properties/remove_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/remove_headers/" + i3,schemaPath:"#/properties/remove_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
else {
const err39 = {instancePath:instancePath+"/remove_headers",schemaPath:"#/properties/remove_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.user_agent !== undefined){
let data18 = data.user_agent;
if(typeof data18 === "string"){
if(!pattern8.test(data18)){
const err40 = {instancePath:instancePath+"/user_agent",schemaPath:"#/properties/user_agent/pattern",keyword:"pattern",params:{pattern: "^[\\t\\x20-\\x7e\\x80-\\xff]*$"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/user_agent",schemaPath:"#/properties/user_agent/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data.forward_xff !== undefined){
if(typeof data.forward_xff !== "boolean"){
const err42 = {instancePath:instancePath+"/forward_xff",schemaPath:"#/properties/forward_xff/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data.proxy !== undefined){
let data20 = data.proxy;
const _errs47 = errors;
let valid13 = true;
const _errs48 = errors;
if(!(data20 && typeof data20 == "object" && !Array.isArray(data20))){
const err43 = {};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
var _valid0 = _errs48 === errors;
errors = _errs47;
if(vErrors !== null){
if(_errs47){
vErrors.length = _errs47;
}
else {
vErrors = null;
}
}
let ifClause0;
if(_valid0){
const _errs50 = errors;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.protocol === undefined){
const err44 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/required",keyword:"required",params:{missingProperty: "protocol"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data20.address === undefined){
const err45 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/required",keyword:"required",params:{missingProperty: "address"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
for(const key3 in data20){
if(!((((key3 === "protocol") || (key3 === "address")) || (key3 === "username")) || (key3 === "password"))){
const err46 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data20.username !== undefined){
if(data20.password === undefined){
const err47 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/dependencies",keyword:"dependencies",params:{property: "username",
    missingProperty: "password",
    depsCount: 1,
    deps: "password"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data20.password !== undefined){
if(data20.username === undefined){
const err48 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/dependencies",keyword:"dependencies",params:{property: "password",
    missingProperty: "username",
    depsCount: 1,
    deps: "username"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data20.protocol !== undefined){
let data21 = data20.protocol;
if(typeof data21 !== "string"){
const err49 = {instancePath:instancePath+"/proxy/protocol",schemaPath:"#/definitions/proxy/properties/protocol/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(!(((data21 === "http") || (data21 === "https")) || (data21 === "socks"))){
const err50 = {instancePath:instancePath+"/proxy/protocol",schemaPath:"#/definitions/proxy/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema18.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data20.address !== undefined){
let data22 = data20.address;
if(typeof data22 === "string"){
if(!pattern0.test(data22)){
const err51 = {instancePath:instancePath+"/proxy/address",schemaPath:"#/definitions/proxy/properties/address/pattern",keyword:"pattern",params:{pattern: "^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/proxy/address",schemaPath:"#/definitions/proxy/properties/address/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data20.username !== undefined){
let data23 = data20.username;
if(typeof data23 === "string"){
if(!pattern1.test(data23)){
const err53 = {instancePath:instancePath+"/proxy/username",schemaPath:"#/definitions/proxy/properties/username/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
else {
const err54 = {instancePath:instancePath+"/proxy/username",schemaPath:"#/definitions/proxy/properties/username/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data20.password !== undefined){
let data24 = data20.password;
if(typeof data24 === "string"){
if(!pattern1.test(data24)){
const err55 = {instancePath:instancePath+"/proxy/password",schemaPath:"#/definitions/proxy/properties/password/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/proxy/password",schemaPath:"#/definitions/proxy/properties/password/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
else {
const err57 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
var _valid0 = _errs50 === errors;
valid13 = _valid0;
ifClause0 = "then";
}
else {
const _errs62 = errors;
if(typeof data20 === "string"){
if(!pattern15.test(data20)){
const err58 = {instancePath:instancePath+"/proxy",schemaPath:"#/properties/proxy/else/pattern",keyword:"pattern",params:{pattern: "^(?:env|none|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss](?:5[Hh]?)?)://\\S+)$"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/proxy",schemaPath:"#/properties/proxy/else/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
var _valid0 = _errs62 === errors;
valid13 = _valid0;
ifClause0 = "else";
}
if(!valid13){
const err60 = {instancePath:instancePath+"/proxy",schemaPath:"#/properties/proxy/if",keyword:"if",params:{failingKeyword: ifClause0}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data.tls !== undefined){
let data25 = data.tls;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key4 in data25){
if(!((((key4 === "ca_path") || (key4 === "cert_path")) || (key4 === "key_path")) || (key4 === "server_name"))){
const err61 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstreamTls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data25.cert_path !== undefined){
if(data25.key_path === undefined){
const err62 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstreamTls/dependencies",keyword:"dependencies",params:{property: "cert_path",
    missingProperty: "key_path",
    depsCount: 1,
    deps: "key_path"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data25.key_path !== undefined){
if(data25.cert_path === undefined){
const err63 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstreamTls/dependencies",keyword:"dependencies",params:{property: "key_path",
    missingProperty: "cert_path",
    depsCount: 1,
    deps: "cert_path"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data25.ca_path !== undefined){
let data26 = data25.ca_path;
if(typeof data26 === "string"){
if(!pattern1.test(data26)){
const err64 = {instancePath:instancePath+"/tls/ca_path",schemaPath:"#/definitions/upstreamTls/properties/ca_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
else {
const err65 = {instancePath:instancePath+"/tls/ca_path",schemaPath:"#/definitions/upstreamTls/properties/ca_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data25.cert_path !== undefined){
let data27 = data25.cert_path;
if(typeof data27 === "string"){
if(!pattern1.test(data27)){
const err66 = {instancePath:instancePath+"/tls/cert_path",schemaPath:"#/definitions/upstreamTls/properties/cert_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/tls/cert_path",schemaPath:"#/definitions/upstreamTls/properties/cert_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data25.key_path !== undefined){
let data28 = data25.key_path;
if(typeof data28 === "string"){
if(!pattern1.test(data28)){
const err68 = {instancePath:instancePath+"/tls/key_path",schemaPath:"#/definitions/upstreamTls/properties/key_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/tls/key_path",schemaPath:"#/definitions/upstreamTls/properties/key_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data25.server_name !== undefined){
let data29 = data25.server_name;
if(typeof data29 === "string"){
if(!pattern1.test(data29)){
const err70 = {instancePath:instancePath+"/tls/server_name",schemaPath:"#/definitions/upstreamTls/properties/server_name/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/tls/server_name",schemaPath:"#/definitions/upstreamTls/properties/server_name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
else {
const err72 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstreamTls/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data.upstream_key_max_inflight !== undefined){
let data30 = data.upstream_key_max_inflight;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err73 = {instancePath:instancePath+"/upstream_key_max_inflight",schemaPath:"#/properties/upstream_key_max_inflight/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 < 1 || isNaN(data30)){
const err74 = {instancePath:instancePath+"/upstream_key_max_inflight",schemaPath:"#/properties/upstream_key_max_inflight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
}
if(data.retry !== undefined){
let data31 = data.retry;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.max_attempts === undefined){
const err75 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/retry/required",keyword:"required",params:{missingProperty: "max_attempts"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
for(const key5 in data31){
if(!((((((key5 === "max_attempts") || (key5 === "retry_on")) || (key5 === "max_body_bytes")) || (key5 === "backoff_ms")) || (key5 === "max_backoff_ms")) || (key5 === "attempt_timeout_ms"))){
const err76 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/retry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data31.max_attempts !== undefined){
let data32 = data31.max_attempts;
if(!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))){
const err77 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/retry/properties/max_attempts/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 > 5 || isNaN(data32)){
const err78 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/retry/properties/max_attempts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 5}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data32 < 1 || isNaN(data32)){
const err79 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/retry/properties/max_attempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
if(data31.retry_on !== undefined){
let data33 = data31.retry_on;
if(Array.isArray(data33)){
const len4 = data33.length;
for(let i4=0; i4<len4; i4++){
let data34 = data33[i4];
if(typeof data34 !== "string"){
const err80 = {instancePath:instancePath+"/retry/retry_on/" + i4,schemaPath:"#/definitions/retry/properties/retry_on/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(!(((((((data34 === "connect_error") || (data34 === "reset")) || (data34 === "timeout")) || (data34 === "429")) || (data34 === "502")) || (data34 === "503")) || (data34 === "504"))){
const err81 = {instancePath:instancePath+"/retry/retry_on/" + i4,schemaPath:"#/definitions/retry/properties/retry_on/items/enum",keyword:"enum",params:{allowedValues: schema20.properties.retry_on.items.enum}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
else {
const err82 = {instancePath:instancePath+"/retry/retry_on",schemaPath:"#/definitions/retry/properties/retry_on/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data31.max_body_bytes !== undefined){
let data35 = data31.max_body_bytes;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
const err83 = {instancePath:instancePath+"/retry/max_body_bytes",schemaPath:"#/definitions/retry/properties/max_body_bytes/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 < 0 || isNaN(data35)){
const err84 = {instancePath:instancePath+"/retry/max_body_bytes",schemaPath:"#/definitions/retry/properties/max_body_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
if(data31.backoff_ms !== undefined){
let data36 = data31.backoff_ms;
if(!(((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36))) && (isFinite(data36)))){
const err85 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/retry/properties/backoff_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
if((typeof data36 == "number") && (isFinite(data36))){
if(data36 > 2147483647 || isNaN(data36)){
const err86 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/retry/properties/backoff_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data36 < 0 || isNaN(data36)){
const err87 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/retry/properties/backoff_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
}
if(data31.max_backoff_ms !== undefined){
let data37 = data31.max_backoff_ms;
if(!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))){
const err88 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/retry/properties/max_backoff_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 2147483647 || isNaN(data37)){
const err89 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/retry/properties/max_backoff_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(data37 < 0 || isNaN(data37)){
const err90 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/retry/properties/max_backoff_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
if(data31.attempt_timeout_ms !== undefined){
let data38 = data31.attempt_timeout_ms;
if(!(((typeof data38 == "number") && (!(data38 % 1) && !isNaN(data38))) && (isFinite(data38)))){
const err91 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/retry/properties/attempt_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 2147483647 || isNaN(data38)){
const err92 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/retry/properties/attempt_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(data38 < 1 || isNaN(data38)){
const err93 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/retry/properties/attempt_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
}
else {
const err94 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/retry/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
else {
const err95 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
validate14.errors = vErrors;
return errors === 0;
}


function validate13(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.id === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "id"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.prefix === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "prefix"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.upstream === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "upstream"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "id") || (key0 === "prefix")) || (key0 === "upstream"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.id !== undefined){
let data0 = data.id;
if(typeof data0 === "string"){
if(!pattern1.test(data0)){
const err4 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.prefix !== undefined){
let data1 = data.prefix;
if(typeof data1 === "string"){
if(!pattern4.test(data1)){
const err6 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/pattern",keyword:"pattern",params:{pattern: "^/(?:.*[^/])?$"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.upstream !== undefined){
if(!(validate14(data.upstream, {instancePath:instancePath+"/upstream",parentData:data,parentDataProperty:"upstream",rootData}))){
vErrors = vErrors === null ? validate14.errors : vErrors.concat(validate14.errors);
errors = vErrors.length;
}
}
}
else {
const err8 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate13.errors = vErrors;
return errors === 0;
}

const schema21 = {"type":"object","additionalProperties":false,"properties":{"strip_prefix":{"$ref":"#/definitions/upstream/properties/strip_prefix"},"connect_timeout_ms":{"$ref":"#/definitions/upstream/properties/connect_timeout_ms"},"request_timeout_ms":{"$ref":"#/definitions/upstream/properties/request_timeout_ms"},"stream_idle_timeout_ms":{"$ref":"#/definitions/upstream/properties/stream_idle_timeout_ms"},"stream_types":{"$ref":"#/definitions/upstream/properties/stream_types"},"sse_keepalive_ms":{"$ref":"#/definitions/upstream/properties/sse_keepalive_ms"},"inject_headers":{"$ref":"#/definitions/upstream/properties/inject_headers"},"inject_query":{"$ref":"#/definitions/upstream/properties/inject_query"},"remove_headers":{"$ref":"#/definitions/upstream/properties/remove_headers"},"user_agent":{"$ref":"#/definitions/upstream/properties/user_agent"},"forward_xff":{"$ref":"#/definitions/upstream/properties/forward_xff"},"proxy":{"$ref":"#/definitions/upstream/properties/proxy"},"tls":{"$ref":"#/definitions/upstream/properties/tls"},"upstream_key_max_inflight":{"$ref":"#/definitions/upstream/properties/upstream_key_max_inflight"},"retry":{"$ref":"#/definitions/upstream/properties/retry"}}};
const schema22 = {"type":"boolean"};
const schema23 = {"type":"integer","minimum":1,"maximum":2147483647};
const schema24 = {"type":"integer","minimum":1,"maximum":2147483647};
const schema25 = {"type":"integer","minimum":0,"maximum":2147483647};
const schema26 = {"type":"array","items":{"type":"string","pattern":"^[!#$&^_.+0-9A-Za-z-]+/(?:\\*|[!#$&^_.+0-9A-Za-z-]+)$"}};
const schema27 = {"type":"integer","minimum":1,"maximum":2147483647};
const schema32 = {"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
const schema33 = {"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"};
const schema34 = {"type":"boolean"};
const schema38 = {"type":"integer","minimum":1};
const schema28 = {"type":"array","items":{"$ref":"#/definitions/injectHeader"}};

function validate18(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(Array.isArray(data)){
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
let data0 = data[i0];
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.name === undefined){
const err0 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectHeader/required",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data0.value === undefined){
const err1 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectHeader/required",keyword:"required",params:{missingProperty: "value"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data0){
if(!((key0 === "name") || (key0 === "value"))){
const err2 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectHeader/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data0.name !== undefined){
let data1 = data0.name;
if(typeof data1 === "string"){
if(!pattern2.test(data1)){
const err3 = {instancePath:instancePath+"/" + i0+"/name",schemaPath:"#/definitions/injectHeader/properties/name/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/" + i0+"/name",schemaPath:"#/definitions/injectHeader/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data0.value !== undefined){
let data2 = data0.value;
if(typeof data2 === "string"){
if(!pattern8.test(data2)){
const err5 = {instancePath:instancePath+"/" + i0+"/value",schemaPath:"#/definitions/injectHeader/properties/value/pattern",keyword:"pattern",params:{pattern: "^[\\t\\x20-\\x7e\\x80-\\xff]*$"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/" + i0+"/value",schemaPath:"#/definitions/injectHeader/properties/value/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectHeader/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate18.errors = vErrors;
return errors === 0;
}

const schema30 = {"type":"array","items":{"$ref":"#/definitions/injectQuery"}};

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(Array.isArray(data)){
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
let data0 = data[i0];
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.name === undefined){
const err0 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectQuery/required",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data0.value === undefined){
const err1 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectQuery/required",keyword:"required",params:{missingProperty: "value"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data0){
if(!((key0 === "name") || (key0 === "value"))){
const err2 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectQuery/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data0.name !== undefined){
let data1 = data0.name;
if(typeof data1 === "string"){
if(!pattern9.test(data1)){
const err3 = {instancePath:instancePath+"/" + i0+"/name",schemaPath:"#/definitions/injectQuery/properties/name/pattern",keyword:"pattern",params:{pattern: "^[^\\s]+$"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/" + i0+"/name",schemaPath:"#/definitions/injectQuery/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data0.value !== undefined){
if(typeof data0.value !== "string"){
const err5 = {instancePath:instancePath+"/" + i0+"/value",schemaPath:"#/definitions/injectQuery/properties/value/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
else {
const err6 = {instancePath:instancePath+"/" + i0,schemaPath:"#/definitions/injectQuery/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}

const schema35 = {"if":{"type":"object"},"then":{"$ref":"#/definitions/proxy"},"else":{"type":"string","pattern":"^(?:env|none|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss](?:5[Hh]?)?)://\\S+)$"}};

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
const _errs0 = errors;
let valid0 = true;
const _errs1 = errors;
if(!(data && typeof data == "object" && !Array.isArray(data))){
const err0 = {};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs1 === errors;
errors = _errs0;
if(vErrors !== null){
if(_errs0){
vErrors.length = _errs0;
}
else {
vErrors = null;
}
}
let ifClause0;
if(_valid0){
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.protocol === undefined){
const err1 = {instancePath,schemaPath:"#/definitions/proxy/required",keyword:"required",params:{missingProperty: "protocol"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.address === undefined){
const err2 = {instancePath,schemaPath:"#/definitions/proxy/required",keyword:"required",params:{missingProperty: "address"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "protocol") || (key0 === "address")) || (key0 === "username")) || (key0 === "password"))){
const err3 = {instancePath,schemaPath:"#/definitions/proxy/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.username !== undefined){
if(data.password === undefined){
const err4 = {instancePath,schemaPath:"#/definitions/proxy/dependencies",keyword:"dependencies",params:{property: "username",
    missingProperty: "password",
    depsCount: 1,
    deps: "password"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.password !== undefined){
if(data.username === undefined){
const err5 = {instancePath,schemaPath:"#/definitions/proxy/dependencies",keyword:"dependencies",params:{property: "password",
    missingProperty: "username",
    depsCount: 1,
    deps: "username"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.protocol !== undefined){
let data0 = data.protocol;
if(typeof data0 !== "string"){
const err6 = {instancePath:instancePath+"/protocol",schemaPath:"#/definitions/proxy/properties/protocol/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!(((data0 === "http") || (data0 === "https")) || (data0 === "socks"))){
const err7 = {instancePath:instancePath+"/protocol",schemaPath:"#/definitions/proxy/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema18.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.address !== undefined){
let data1 = data.address;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
const err8 = {instancePath:instancePath+"/address",schemaPath:"#/definitions/proxy/properties/address/pattern",keyword:"pattern",params:{pattern: "^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/address",schemaPath:"#/definitions/proxy/properties/address/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.username !== undefined){
let data2 = data.username;
if(typeof data2 === "string"){
if(!pattern1.test(data2)){
const err10 = {instancePath:instancePath+"/username",schemaPath:"#/definitions/proxy/properties/username/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/username",schemaPath:"#/definitions/proxy/properties/username/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.password !== undefined){
let data3 = data.password;
if(typeof data3 === "string"){
if(!pattern1.test(data3)){
const err12 = {instancePath:instancePath+"/password",schemaPath:"#/definitions/proxy/properties/password/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/password",schemaPath:"#/definitions/proxy/properties/password/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath,schemaPath:"#/definitions/proxy/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
var _valid0 = _errs3 === errors;
valid0 = _valid0;
ifClause0 = "then";
}
else {
const _errs15 = errors;
if(typeof data === "string"){
if(!pattern15.test(data)){
const err15 = {instancePath,schemaPath:"#/else/pattern",keyword:"pattern",params:{pattern: "^(?:env|none|(?:[Hh][Tt][Tt][Pp][Ss]?|[Ss][Oo][Cc][Kk][Ss](?:5[Hh]?)?)://\\S+)$"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath,schemaPath:"#/else/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
var _valid0 = _errs15 === errors;
valid0 = _valid0;
ifClause0 = "else";
}
if(!valid0){
const err17 = {instancePath,schemaPath:"#/if",keyword:"if",params:{failingKeyword: ifClause0}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}


function validate17(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func2.call(schema21.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.strip_prefix !== undefined){
if(typeof data.strip_prefix !== "boolean"){
const err1 = {instancePath:instancePath+"/strip_prefix",schemaPath:"#/definitions/upstream/properties/strip_prefix/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.connect_timeout_ms !== undefined){
let data1 = data.connect_timeout_ms;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err2 = {instancePath:instancePath+"/connect_timeout_ms",schemaPath:"#/definitions/upstream/properties/connect_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 2147483647 || isNaN(data1)){
const err3 = {instancePath:instancePath+"/connect_timeout_ms",schemaPath:"#/definitions/upstream/properties/connect_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err4 = {instancePath:instancePath+"/connect_timeout_ms",schemaPath:"#/definitions/upstream/properties/connect_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
if(data.request_timeout_ms !== undefined){
let data2 = data.request_timeout_ms;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err5 = {instancePath:instancePath+"/request_timeout_ms",schemaPath:"#/definitions/upstream/properties/request_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 2147483647 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/request_timeout_ms",schemaPath:"#/definitions/upstream/properties/request_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data2 < 1 || isNaN(data2)){
const err7 = {instancePath:instancePath+"/request_timeout_ms",schemaPath:"#/definitions/upstream/properties/request_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
if(data.stream_idle_timeout_ms !== undefined){
let data3 = data.stream_idle_timeout_ms;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err8 = {instancePath:instancePath+"/stream_idle_timeout_ms",schemaPath:"#/definitions/upstream/properties/stream_idle_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 2147483647 || isNaN(data3)){
const err9 = {instancePath:instancePath+"/stream_idle_timeout_ms",schemaPath:"#/definitions/upstream/properties/stream_idle_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/stream_idle_timeout_ms",schemaPath:"#/definitions/upstream/properties/stream_idle_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
if(data.stream_types !== undefined){
let data4 = data.stream_types;
if(Array.isArray(data4)){
const len0 = data4.length;
for(let i0=0; i0<len0; i0++){
let data5 = data4[i0];
if(typeof data5 === "string"){
if(!pattern6.test(data5)){
const err11 = {instancePath:instancePath+"/stream_types/" + i0,schemaPath:"#/definitions/upstream/properties/stream_types/items/pattern",keyword:"pattern",params:{pattern: "^[!#$&^_.+0-9A-Za-z-]+/(?:\\*|[!#$&^_.+0-9A-Za-z-]+)$"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/stream_types/" + i0,schemaPath:"#/definitions/upstream/properties/stream_types/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/stream_types",schemaPath:"#/definitions/upstream/properties/stream_types/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.sse_keepalive_ms !== undefined){
let data6 = data.sse_keepalive_ms;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err14 = {instancePath:instancePath+"/sse_keepalive_ms",schemaPath:"#/definitions/upstream/properties/sse_keepalive_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 2147483647 || isNaN(data6)){
const err15 = {instancePath:instancePath+"/sse_keepalive_ms",schemaPath:"#/definitions/upstream/properties/sse_keepalive_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err16 = {instancePath:instancePath+"/sse_keepalive_ms",schemaPath:"#/definitions/upstream/properties/sse_keepalive_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data.inject_headers !== undefined){
if(!(validate18(data.inject_headers, {instancePath:instancePath+"/inject_headers",parentData:data,parentDataProperty:"inject_headers",rootData}))){
vErrors = vErrors === null ? validate18.errors : vErrors.concat(validate18.errors);
errors = vErrors.length;
}
}
if(data.inject_query !== undefined){
if(!(validate20(data.inject_query, {instancePath:instancePath+"/inject_query",parentData:data,parentDataProperty:"inject_query",rootData}))){
vErrors = vErrors === null ? validate20.errors : vErrors.concat(validate20.errors);
errors = vErrors.length;
}
}
if(data.remove_headers !== undefined){
let data9 = data.remove_headers;
if(Array.isArray(data9)){
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
let data10 = data9[i1];
if(typeof data10 === "string"){
if(!pattern2.test(data10)){
const err17 = {instancePath:instancePath+"/remove_headers/" + i1,schemaPath:"#/definitions/upstream/properties/remove_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/remove_headers/" + i1,schemaPath:"#/definitions/upstream/properties/remove_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/remove_headers",schemaPath:"#/definitions/upstream/properties/remove_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.user_agent !== undefined){
let data11 = data.user_agent;
if(typeof data11 === "string"){
if(!pattern8.test(data11)){
const err20 = {instancePath:instancePath+"/user_agent",schemaPath:"#/definitions/upstream/properties/user_agent/pattern",keyword:"pattern",params:{pattern: "^[\\t\\x20-\\x7e\\x80-\\xff]*$"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/user_agent",schemaPath:"#/definitions/upstream/properties/user_agent/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.forward_xff !== undefined){
if(typeof data.forward_xff !== "boolean"){
const err22 = {instancePath:instancePath+"/forward_xff",schemaPath:"#/definitions/upstream/properties/forward_xff/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.proxy !== undefined){
if(!(validate22(data.proxy, {instancePath:instancePath+"/proxy",parentData:data,parentDataProperty:"proxy",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.tls !== undefined){
let data14 = data.tls;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key1 in data14){
if(!((((key1 === "ca_path") || (key1 === "cert_path")) || (key1 === "key_path")) || (key1 === "server_name"))){
const err23 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstream/properties/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data14.cert_path !== undefined){
if(data14.key_path === undefined){
const err24 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstream/properties/tls/dependencies",keyword:"dependencies",params:{property: "cert_path",
    missingProperty: "key_path",
    depsCount: 1,
    deps: "key_path"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data14.key_path !== undefined){
if(data14.cert_path === undefined){
const err25 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstream/properties/tls/dependencies",keyword:"dependencies",params:{property: "key_path",
    missingProperty: "cert_path",
    depsCount: 1,
    deps: "cert_path"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data14.ca_path !== undefined){
let data15 = data14.ca_path;
if(typeof data15 === "string"){
if(!pattern1.test(data15)){
const err26 = {instancePath:instancePath+"/tls/ca_path",schemaPath:"#/definitions/upstream/properties/tls/properties/ca_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/tls/ca_path",schemaPath:"#/definitions/upstream/properties/tls/properties/ca_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data14.cert_path !== undefined){
let data16 = data14.cert_path;
if(typeof data16 === "string"){
if(!pattern1.test(data16)){
const err28 = {instancePath:instancePath+"/tls/cert_path",schemaPath:"#/definitions/upstream/properties/tls/properties/cert_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/tls/cert_path",schemaPath:"#/definitions/upstream/properties/tls/properties/cert_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data14.key_path !== undefined){
let data17 = data14.key_path;
if(typeof data17 === "string"){
if(!pattern1.test(data17)){
const err30 = {instancePath:instancePath+"/tls/key_path",schemaPath:"#/definitions/upstream/properties/tls/properties/key_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/tls/key_path",schemaPath:"#/definitions/upstream/properties/tls/properties/key_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data14.server_name !== undefined){
let data18 = data14.server_name;
if(typeof data18 === "string"){
if(!pattern1.test(data18)){
const err32 = {instancePath:instancePath+"/tls/server_name",schemaPath:"#/definitions/upstream/properties/tls/properties/server_name/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/tls/server_name",schemaPath:"#/definitions/upstream/properties/tls/properties/server_name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath:instancePath+"/tls",schemaPath:"#/definitions/upstream/properties/tls/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.upstream_key_max_inflight !== undefined){
let data19 = data.upstream_key_max_inflight;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err35 = {instancePath:instancePath+"/upstream_key_max_inflight",schemaPath:"#/definitions/upstream/properties/upstream_key_max_inflight/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 < 1 || isNaN(data19)){
const err36 = {instancePath:instancePath+"/upstream_key_max_inflight",schemaPath:"#/definitions/upstream/properties/upstream_key_max_inflight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
if(data.retry !== undefined){
let data20 = data.retry;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.max_attempts === undefined){
const err37 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/upstream/properties/retry/required",keyword:"required",params:{missingProperty: "max_attempts"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
for(const key2 in data20){
if(!((((((key2 === "max_attempts") || (key2 === "retry_on")) || (key2 === "max_body_bytes")) || (key2 === "backoff_ms")) || (key2 === "max_backoff_ms")) || (key2 === "attempt_timeout_ms"))){
const err38 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/upstream/properties/retry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data20.max_attempts !== undefined){
let data21 = data20.max_attempts;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err39 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/upstream/properties/retry/properties/max_attempts/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 5 || isNaN(data21)){
const err40 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/upstream/properties/retry/properties/max_attempts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 5}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data21 < 1 || isNaN(data21)){
const err41 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/upstream/properties/retry/properties/max_attempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
if(data20.retry_on !== undefined){
let data22 = data20.retry_on;
if(Array.isArray(data22)){
const len2 = data22.length;
for(let i2=0; i2<len2; i2++){
let data23 = data22[i2];
if(typeof data23 !== "string"){
const err42 = {instancePath:instancePath+"/retry/retry_on/" + i2,schemaPath:"#/definitions/upstream/properties/retry/properties/retry_on/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(!(((((((data23 === "connect_error") || (data23 === "reset")) || (data23 === "timeout")) || (data23 === "429")) || (data23 === "502")) || (data23 === "503")) || (data23 === "504"))){
const err43 = {instancePath:instancePath+"/retry/retry_on/" + i2,schemaPath:"#/definitions/upstream/properties/retry/properties/retry_on/items/enum",keyword:"enum",params:{allowedValues: schema20.properties.retry_on.items.enum}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath:instancePath+"/retry/retry_on",schemaPath:"#/definitions/upstream/properties/retry/properties/retry_on/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data20.max_body_bytes !== undefined){
let data24 = data20.max_body_bytes;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err45 = {instancePath:instancePath+"/retry/max_body_bytes",schemaPath:"#/definitions/upstream/properties/retry/properties/max_body_bytes/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 < 0 || isNaN(data24)){
const err46 = {instancePath:instancePath+"/retry/max_body_bytes",schemaPath:"#/definitions/upstream/properties/retry/properties/max_body_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
if(data20.backoff_ms !== undefined){
let data25 = data20.backoff_ms;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err47 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/backoff_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 2147483647 || isNaN(data25)){
const err48 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/backoff_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data25 < 0 || isNaN(data25)){
const err49 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/backoff_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
if(data20.max_backoff_ms !== undefined){
let data26 = data20.max_backoff_ms;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
const err50 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/max_backoff_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 2147483647 || isNaN(data26)){
const err51 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/max_backoff_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data26 < 0 || isNaN(data26)){
const err52 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/max_backoff_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
if(data20.attempt_timeout_ms !== undefined){
let data27 = data20.attempt_timeout_ms;
if(!(((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27))) && (isFinite(data27)))){
const err53 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/attempt_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 2147483647 || isNaN(data27)){
const err54 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/attempt_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(data27 < 1 || isNaN(data27)){
const err55 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/upstream/properties/retry/properties/attempt_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
}
else {
const err56 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/upstream/properties/retry/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
else {
const err57 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
validate17.errors = vErrors;
return errors === 0;
}

const schema43 = {"type":"object","additionalProperties":false,"properties":{"downstream_max_inflight":{"type":"integer","minimum":1},"upstream_per_key_max_inflight":{"type":"integer","minimum":1},"queue":{"$ref":"#/definitions/queue"}}};
const schema44 = {"type":"object","additionalProperties":false,"properties":{"max_waiting":{"type":"integer","minimum":0},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}}};

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "downstream_max_inflight") || (key0 === "upstream_per_key_max_inflight")) || (key0 === "queue"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.downstream_max_inflight !== undefined){
let data0 = data.downstream_max_inflight;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
const err1 = {instancePath:instancePath+"/downstream_max_inflight",schemaPath:"#/properties/downstream_max_inflight/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 < 1 || isNaN(data0)){
const err2 = {instancePath:instancePath+"/downstream_max_inflight",schemaPath:"#/properties/downstream_max_inflight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
if(data.upstream_per_key_max_inflight !== undefined){
let data1 = data.upstream_per_key_max_inflight;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err3 = {instancePath:instancePath+"/upstream_per_key_max_inflight",schemaPath:"#/properties/upstream_per_key_max_inflight/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 1 || isNaN(data1)){
const err4 = {instancePath:instancePath+"/upstream_per_key_max_inflight",schemaPath:"#/properties/upstream_per_key_max_inflight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
if(data.queue !== undefined){
let data2 = data.queue;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!((key1 === "max_waiting") || (key1 === "timeout_ms"))){
const err5 = {instancePath:instancePath+"/queue",schemaPath:"#/definitions/queue/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data2.max_waiting !== undefined){
let data3 = data2.max_waiting;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/queue/max_waiting",schemaPath:"#/definitions/queue/properties/max_waiting/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 < 0 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/queue/max_waiting",schemaPath:"#/definitions/queue/properties/max_waiting/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
if(data2.timeout_ms !== undefined){
let data4 = data2.timeout_ms;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err8 = {instancePath:instancePath+"/queue/timeout_ms",schemaPath:"#/definitions/queue/properties/timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 2147483647 || isNaN(data4)){
const err9 = {instancePath:instancePath+"/queue/timeout_ms",schemaPath:"#/definitions/queue/properties/timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err10 = {instancePath:instancePath+"/queue/timeout_ms",schemaPath:"#/definitions/queue/properties/timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
}
else {
const err11 = {instancePath:instancePath+"/queue",schemaPath:"#/definitions/queue/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate25.errors = vErrors;
return errors === 0;
}

const schema46 = {"type":"object","additionalProperties":false,"properties":{"logging":{"$ref":"#/definitions/logging"},"metrics":{"$ref":"#/definitions/metrics"},"tracing":{"$ref":"#/definitions/tracing"}}};
const schema49 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"path":{"type":"string","pattern":"^/.*[^/]$"},"token":{"type":"string","pattern":"\\S"},"listen":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}}};
const schema47 = {"type":"object","additionalProperties":false,"properties":{"level":{"type":"string","enum":["trace","debug","info","warn","error"]},"format":{"type":"string","enum":["json","text"]},"to_stdout":{"type":"boolean"},"file":{"$ref":"#/definitions/logFile"}}};
const schema48 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"dir":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^[^/\\\\\\s]+$"},"rotation":{"type":"string","enum":["minutely","hourly","daily","never"]},"max_size_mb":{"type":"integer","minimum":1,"maximum":1048576},"max_files":{"type":"integer","minimum":1}}};
const pattern44 = new RegExp("^[^/\\\\\\s]+$", "u");

function validate28(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((key0 === "level") || (key0 === "format")) || (key0 === "to_stdout")) || (key0 === "file"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.level !== undefined){
let data0 = data.level;
if(typeof data0 !== "string"){
const err1 = {instancePath:instancePath+"/level",schemaPath:"#/properties/level/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(!(((((data0 === "trace") || (data0 === "debug")) || (data0 === "info")) || (data0 === "warn")) || (data0 === "error"))){
const err2 = {instancePath:instancePath+"/level",schemaPath:"#/properties/level/enum",keyword:"enum",params:{allowedValues: schema47.properties.level.enum}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.format !== undefined){
let data1 = data.format;
if(typeof data1 !== "string"){
const err3 = {instancePath:instancePath+"/format",schemaPath:"#/properties/format/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!((data1 === "json") || (data1 === "text"))){
const err4 = {instancePath:instancePath+"/format",schemaPath:"#/properties/format/enum",keyword:"enum",params:{allowedValues: schema47.properties.format.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.to_stdout !== undefined){
if(typeof data.to_stdout !== "boolean"){
const err5 = {instancePath:instancePath+"/to_stdout",schemaPath:"#/properties/to_stdout/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.file !== undefined){
let data3 = data.file;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
if(!((((((key1 === "enabled") || (key1 === "dir")) || (key1 === "prefix")) || (key1 === "rotation")) || (key1 === "max_size_mb")) || (key1 === "max_files"))){
const err6 = {instancePath:instancePath+"/file",schemaPath:"#/definitions/logFile/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data3.enabled !== undefined){
if(typeof data3.enabled !== "boolean"){
const err7 = {instancePath:instancePath+"/file/enabled",schemaPath:"#/definitions/logFile/properties/enabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data3.dir !== undefined){
let data5 = data3.dir;
if(typeof data5 === "string"){
if(!pattern1.test(data5)){
const err8 = {instancePath:instancePath+"/file/dir",schemaPath:"#/definitions/logFile/properties/dir/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/file/dir",schemaPath:"#/definitions/logFile/properties/dir/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data3.prefix !== undefined){
let data6 = data3.prefix;
if(typeof data6 === "string"){
if(!pattern44.test(data6)){
const err10 = {instancePath:instancePath+"/file/prefix",schemaPath:"#/definitions/logFile/properties/prefix/pattern",keyword:"pattern",params:{pattern: "^[^/\\\\\\s]+$"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/file/prefix",schemaPath:"#/definitions/logFile/properties/prefix/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data3.rotation !== undefined){
let data7 = data3.rotation;
if(typeof data7 !== "string"){
const err12 = {instancePath:instancePath+"/file/rotation",schemaPath:"#/definitions/logFile/properties/rotation/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!((((data7 === "minutely") || (data7 === "hourly")) || (data7 === "daily")) || (data7 === "never"))){
const err13 = {instancePath:instancePath+"/file/rotation",schemaPath:"#/definitions/logFile/properties/rotation/enum",keyword:"enum",params:{allowedValues: schema48.properties.rotation.enum}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data3.max_size_mb !== undefined){
let data8 = data3.max_size_mb;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err14 = {instancePath:instancePath+"/file/max_size_mb",schemaPath:"#/definitions/logFile/properties/max_size_mb/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 1048576 || isNaN(data8)){
const err15 = {instancePath:instancePath+"/file/max_size_mb",schemaPath:"#/definitions/logFile/properties/max_size_mb/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1048576}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err16 = {instancePath:instancePath+"/file/max_size_mb",schemaPath:"#/definitions/logFile/properties/max_size_mb/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data3.max_files !== undefined){
let data9 = data3.max_files;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err17 = {instancePath:instancePath+"/file/max_files",schemaPath:"#/definitions/logFile/properties/max_files/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 < 1 || isNaN(data9)){
const err18 = {instancePath:instancePath+"/file/max_files",schemaPath:"#/definitions/logFile/properties/max_files/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
}
else {
const err19 = {instancePath:instancePath+"/file",schemaPath:"#/definitions/logFile/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
validate28.errors = vErrors;
return errors === 0;
}

const schema50 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"sample_ratio":{"type":"number","minimum":0,"maximum":1},"otlp":{"$ref":"#/definitions/otlp"}}};
const schema51 = {"type":"object","additionalProperties":false,"properties":{"endpoint":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"protocol":{"type":"string","enum":["grpc","http"]},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["endpoint"]};

function validate30(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "enabled") || (key0 === "sample_ratio")) || (key0 === "otlp"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.enabled !== undefined){
if(typeof data.enabled !== "boolean"){
const err1 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.sample_ratio !== undefined){
let data1 = data.sample_ratio;
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 1 || isNaN(data1)){
const err2 = {instancePath:instancePath+"/sample_ratio",schemaPath:"#/properties/sample_ratio/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data1 < 0 || isNaN(data1)){
const err3 = {instancePath:instancePath+"/sample_ratio",schemaPath:"#/properties/sample_ratio/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/sample_ratio",schemaPath:"#/properties/sample_ratio/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.otlp !== undefined){
let data2 = data.otlp;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.endpoint === undefined){
const err5 = {instancePath:instancePath+"/otlp",schemaPath:"#/definitions/otlp/required",keyword:"required",params:{missingProperty: "endpoint"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
for(const key1 in data2){
if(!(((key1 === "endpoint") || (key1 === "protocol")) || (key1 === "timeout_ms"))){
const err6 = {instancePath:instancePath+"/otlp",schemaPath:"#/definitions/otlp/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data2.endpoint !== undefined){
let data3 = data2.endpoint;
if(typeof data3 === "string"){
if(!pattern5.test(data3)){
const err7 = {instancePath:instancePath+"/otlp/endpoint",schemaPath:"#/definitions/otlp/properties/endpoint/pattern",keyword:"pattern",params:{pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/otlp/endpoint",schemaPath:"#/definitions/otlp/properties/endpoint/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.protocol !== undefined){
let data4 = data2.protocol;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/otlp/protocol",schemaPath:"#/definitions/otlp/properties/protocol/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(!((data4 === "grpc") || (data4 === "http"))){
const err10 = {instancePath:instancePath+"/otlp/protocol",schemaPath:"#/definitions/otlp/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema51.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.timeout_ms !== undefined){
let data5 = data2.timeout_ms;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err11 = {instancePath:instancePath+"/otlp/timeout_ms",schemaPath:"#/definitions/otlp/properties/timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 2147483647 || isNaN(data5)){
const err12 = {instancePath:instancePath+"/otlp/timeout_ms",schemaPath:"#/definitions/otlp/properties/timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err13 = {instancePath:instancePath+"/otlp/timeout_ms",schemaPath:"#/definitions/otlp/properties/timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
}
else {
const err14 = {instancePath:instancePath+"/otlp",schemaPath:"#/definitions/otlp/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
validate30.errors = vErrors;
return errors === 0;
}

const pattern45 = new RegExp("^/.*[^/]$", "u");

function validate27(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "logging") || (key0 === "metrics")) || (key0 === "tracing"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.logging !== undefined){
if(!(validate28(data.logging, {instancePath:instancePath+"/logging",parentData:data,parentDataProperty:"logging",rootData}))){
vErrors = vErrors === null ? validate28.errors : vErrors.concat(validate28.errors);
errors = vErrors.length;
}
}
if(data.metrics !== undefined){
let data1 = data.metrics;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key1 in data1){
if(!((((key1 === "enabled") || (key1 === "path")) || (key1 === "token")) || (key1 === "listen"))){
const err1 = {instancePath:instancePath+"/metrics",schemaPath:"#/definitions/metrics/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data1.enabled !== undefined){
if(typeof data1.enabled !== "boolean"){
const err2 = {instancePath:instancePath+"/metrics/enabled",schemaPath:"#/definitions/metrics/properties/enabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data1.path !== undefined){
let data3 = data1.path;
if(typeof data3 === "string"){
if(!pattern45.test(data3)){
const err3 = {instancePath:instancePath+"/metrics/path",schemaPath:"#/definitions/metrics/properties/path/pattern",keyword:"pattern",params:{pattern: "^/.*[^/]$"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/metrics/path",schemaPath:"#/definitions/metrics/properties/path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data1.token !== undefined){
let data4 = data1.token;
if(typeof data4 === "string"){
if(!pattern1.test(data4)){
const err5 = {instancePath:instancePath+"/metrics/token",schemaPath:"#/definitions/metrics/properties/token/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/metrics/token",schemaPath:"#/definitions/metrics/properties/token/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data1.listen !== undefined){
let data5 = data1.listen;
if(typeof data5 === "string"){
if(!pattern0.test(data5)){
const err7 = {instancePath:instancePath+"/metrics/listen",schemaPath:"#/definitions/metrics/properties/listen/pattern",keyword:"pattern",params:{pattern: "^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/metrics/listen",schemaPath:"#/definitions/metrics/properties/listen/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath:instancePath+"/metrics",schemaPath:"#/definitions/metrics/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.tracing !== undefined){
if(!(validate30(data.tracing, {instancePath:instancePath+"/tracing",parentData:data,parentDataProperty:"tracing",rootData}))){
vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
errors = vErrors.length;
}
}
}
else {
const err10 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
validate27.errors = vErrors;
return errors === 0;
}

const schema52 = {"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"\\S"},"request":{"$ref":"#/definitions/testRequest"},"expect":{"$ref":"#/definitions/testExpect"}},"required":["name","request","expect"]};
const schema53 = {"type":"object","additionalProperties":false,"properties":{"method":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"path":{"type":"string","pattern":"^/"},"headers":{"type":"object","additionalProperties":{"type":"string"}}},"required":["method","path"]};
const schema54 = {"type":"object","additionalProperties":false,"properties":{"route":{"type":"string","pattern":"\\S"},"status":{"type":"integer","minimum":100,"maximum":599},"upstream_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"upstream_headers":{"type":"object","additionalProperties":{"type":"string"}},"absent_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}},"minProperties":1};
const pattern51 = new RegExp("^/", "u");

function validate33(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.name === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.request === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "request"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.expect === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "expect"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "name") || (key0 === "request")) || (key0 === "expect"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(!pattern1.test(data0)){
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.request !== undefined){
let data1 = data.request;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.method === undefined){
const err6 = {instancePath:instancePath+"/request",schemaPath:"#/definitions/testRequest/required",keyword:"required",params:{missingProperty: "method"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data1.path === undefined){
const err7 = {instancePath:instancePath+"/request",schemaPath:"#/definitions/testRequest/required",keyword:"required",params:{missingProperty: "path"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
for(const key1 in data1){
if(!(((key1 === "method") || (key1 === "path")) || (key1 === "headers"))){
const err8 = {instancePath:instancePath+"/request",schemaPath:"#/definitions/testRequest/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data1.method !== undefined){
let data2 = data1.method;
if(typeof data2 === "string"){
if(!pattern2.test(data2)){
const err9 = {instancePath:instancePath+"/request/method",schemaPath:"#/definitions/testRequest/properties/method/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/request/method",schemaPath:"#/definitions/testRequest/properties/method/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data1.path !== undefined){
let data3 = data1.path;
if(typeof data3 === "string"){
if(!pattern51.test(data3)){
const err11 = {instancePath:instancePath+"/request/path",schemaPath:"#/definitions/testRequest/properties/path/pattern",keyword:"pattern",params:{pattern: "^/"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/request/path",schemaPath:"#/definitions/testRequest/properties/path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data1.headers !== undefined){
let data4 = data1.headers;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
if(typeof data4[key2] !== "string"){
const err13 = {instancePath:instancePath+"/request/headers/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/testRequest/properties/headers/additionalProperties/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/request/headers",schemaPath:"#/definitions/testRequest/properties/headers/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/request",schemaPath:"#/definitions/testRequest/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.expect !== undefined){
let data6 = data.expect;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(Object.keys(data6).length < 1){
const err16 = {instancePath:instancePath+"/expect",schemaPath:"#/definitions/testExpect/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
for(const key3 in data6){
if(!(((((key3 === "route") || (key3 === "status")) || (key3 === "upstream_url")) || (key3 === "upstream_headers")) || (key3 === "absent_headers"))){
const err17 = {instancePath:instancePath+"/expect",schemaPath:"#/definitions/testExpect/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data6.route !== undefined){
let data7 = data6.route;
if(typeof data7 === "string"){
if(!pattern1.test(data7)){
const err18 = {instancePath:instancePath+"/expect/route",schemaPath:"#/definitions/testExpect/properties/route/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/expect/route",schemaPath:"#/definitions/testExpect/properties/route/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data6.status !== undefined){
let data8 = data6.status;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err20 = {instancePath:instancePath+"/expect/status",schemaPath:"#/definitions/testExpect/properties/status/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 599 || isNaN(data8)){
const err21 = {instancePath:instancePath+"/expect/status",schemaPath:"#/definitions/testExpect/properties/status/maximum",keyword:"maximum",params:{comparison: "<=", limit: 599}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data8 < 100 || isNaN(data8)){
const err22 = {instancePath:instancePath+"/expect/status",schemaPath:"#/definitions/testExpect/properties/status/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
if(data6.upstream_url !== undefined){
let data9 = data6.upstream_url;
if(typeof data9 === "string"){
if(!pattern5.test(data9)){
const err23 = {instancePath:instancePath+"/expect/upstream_url",schemaPath:"#/definitions/testExpect/properties/upstream_url/pattern",keyword:"pattern",params:{pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/expect/upstream_url",schemaPath:"#/definitions/testExpect/properties/upstream_url/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data6.upstream_headers !== undefined){
let data10 = data6.upstream_headers;
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
for(const key4 in data10){
if(typeof data10[key4] !== "string"){
const err25 = {instancePath:instancePath+"/expect/upstream_headers/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/testExpect/properties/upstream_headers/additionalProperties/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/expect/upstream_headers",schemaPath:"#/definitions/testExpect/properties/upstream_headers/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data6.absent_headers !== undefined){
let data12 = data6.absent_headers;
if(Array.isArray(data12)){
const len0 = data12.length;
for(let i0=0; i0<len0; i0++){
let data13 = data12[i0];
if(typeof data13 === "string"){
if(!pattern2.test(data13)){
const err27 = {instancePath:instancePath+"/expect/absent_headers/" + i0,schemaPath:"#/definitions/testExpect/properties/absent_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/expect/absent_headers/" + i0,schemaPath:"#/definitions/testExpect/properties/absent_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/expect/absent_headers",schemaPath:"#/definitions/testExpect/properties/absent_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/expect",schemaPath:"#/definitions/testExpect/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
validate33.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="urn:ai-gateway-lite:schema:config" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.listen === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "listen"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.gateway_auth === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "gateway_auth"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.routes === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "routes"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.listen !== undefined){
let data0 = data.listen;
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
const err4 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/pattern",keyword:"pattern",params:{pattern: "^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.gateway_auth !== undefined){
if(!(validate11(data.gateway_auth, {instancePath:instancePath+"/gateway_auth",parentData:data,parentDataProperty:"gateway_auth",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
if(data.routes !== undefined){
let data2 = data.routes;
if(Array.isArray(data2)){
if(data2.length < 1){
const err6 = {instancePath:instancePath+"/routes",schemaPath:"#/properties/routes/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
if(!(validate13(data2[i0], {instancePath:instancePath+"/routes/" + i0,parentData:data2,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate13.errors : vErrors.concat(validate13.errors);
errors = vErrors.length;
}
}
}
else {
const err7 = {instancePath:instancePath+"/routes",schemaPath:"#/properties/routes/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.upstream_defaults !== undefined){
if(!(validate17(data.upstream_defaults, {instancePath:instancePath+"/upstream_defaults",parentData:data,parentDataProperty:"upstream_defaults",rootData}))){
vErrors = vErrors === null ? validate17.errors : vErrors.concat(validate17.errors);
errors = vErrors.length;
}
}
if(data.inbound_tls !== undefined){
let data5 = data.inbound_tls;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key1 in data5){
if(!(((((key1 === "cert_path") || (key1 === "key_path")) || (key1 === "self_signed_cert_path")) || (key1 === "self_signed_key_path")) || (key1 === "client_ca_path"))){
const err8 = {instancePath:instancePath+"/inbound_tls",schemaPath:"#/definitions/inboundTls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data5.cert_path !== undefined){
if(data5.key_path === undefined){
const err9 = {instancePath:instancePath+"/inbound_tls",schemaPath:"#/definitions/inboundTls/dependencies",keyword:"dependencies",params:{property: "cert_path",
    missingProperty: "key_path",
    depsCount: 1,
    deps: "key_path"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data5.key_path !== undefined){
if(data5.cert_path === undefined){
const err10 = {instancePath:instancePath+"/inbound_tls",schemaPath:"#/definitions/inboundTls/dependencies",keyword:"dependencies",params:{property: "key_path",
    missingProperty: "cert_path",
    depsCount: 1,
    deps: "cert_path"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data5.cert_path !== undefined){
let data6 = data5.cert_path;
if(typeof data6 === "string"){
if(!pattern1.test(data6)){
const err11 = {instancePath:instancePath+"/inbound_tls/cert_path",schemaPath:"#/definitions/inboundTls/properties/cert_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/inbound_tls/cert_path",schemaPath:"#/definitions/inboundTls/properties/cert_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data5.key_path !== undefined){
let data7 = data5.key_path;
if(typeof data7 === "string"){
if(!pattern1.test(data7)){
const err13 = {instancePath:instancePath+"/inbound_tls/key_path",schemaPath:"#/definitions/inboundTls/properties/key_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/inbound_tls/key_path",schemaPath:"#/definitions/inboundTls/properties/key_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data5.self_signed_cert_path !== undefined){
let data8 = data5.self_signed_cert_path;
if(typeof data8 === "string"){
if(!pattern1.test(data8)){
const err15 = {instancePath:instancePath+"/inbound_tls/self_signed_cert_path",schemaPath:"#/definitions/inboundTls/properties/self_signed_cert_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/inbound_tls/self_signed_cert_path",schemaPath:"#/definitions/inboundTls/properties/self_signed_cert_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data5.self_signed_key_path !== undefined){
let data9 = data5.self_signed_key_path;
if(typeof data9 === "string"){
if(!pattern1.test(data9)){
const err17 = {instancePath:instancePath+"/inbound_tls/self_signed_key_path",schemaPath:"#/definitions/inboundTls/properties/self_signed_key_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/inbound_tls/self_signed_key_path",schemaPath:"#/definitions/inboundTls/properties/self_signed_key_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data5.client_ca_path !== undefined){
let data10 = data5.client_ca_path;
if(typeof data10 === "string"){
if(!pattern1.test(data10)){
const err19 = {instancePath:instancePath+"/inbound_tls/client_ca_path",schemaPath:"#/definitions/inboundTls/properties/client_ca_path/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/inbound_tls/client_ca_path",schemaPath:"#/definitions/inboundTls/properties/client_ca_path/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/inbound_tls",schemaPath:"#/definitions/inboundTls/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.cors !== undefined){
let data11 = data.cors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key2 in data11){
if(!(((((((key2 === "enabled") || (key2 === "allow_origins")) || (key2 === "allow_headers")) || (key2 === "allow_methods")) || (key2 === "expose_headers")) || (key2 === "allow_credentials")) || (key2 === "max_age_s"))){
const err22 = {instancePath:instancePath+"/cors",schemaPath:"#/definitions/cors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data11.enabled !== undefined){
if(typeof data11.enabled !== "boolean"){
const err23 = {instancePath:instancePath+"/cors/enabled",schemaPath:"#/definitions/cors/properties/enabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data11.allow_origins !== undefined){
let data13 = data11.allow_origins;
if(Array.isArray(data13)){
const len1 = data13.length;
for(let i1=0; i1<len1; i1++){
let data14 = data13[i1];
if(typeof data14 === "string"){
if(!pattern1.test(data14)){
const err24 = {instancePath:instancePath+"/cors/allow_origins/" + i1,schemaPath:"#/definitions/cors/properties/allow_origins/items/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/cors/allow_origins/" + i1,schemaPath:"#/definitions/cors/properties/allow_origins/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/cors/allow_origins",schemaPath:"#/definitions/cors/properties/allow_origins/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data11.allow_headers !== undefined){
let data15 = data11.allow_headers;
if(Array.isArray(data15)){
const len2 = data15.length;
for(let i2=0; i2<len2; i2++){
let data16 = data15[i2];
if(typeof data16 === "string"){
if(!pattern2.test(data16)){
const err27 = {instancePath:instancePath+"/cors/allow_headers/" + i2,schemaPath:"#/definitions/cors/properties/allow_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/cors/allow_headers/" + i2,schemaPath:"#/definitions/cors/properties/allow_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/cors/allow_headers",schemaPath:"#/definitions/cors/properties/allow_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data11.allow_methods !== undefined){
let data17 = data11.allow_methods;
if(Array.isArray(data17)){
const len3 = data17.length;
for(let i3=0; i3<len3; i3++){
let data18 = data17[i3];
if(typeof data18 === "string"){
if(!pattern2.test(data18)){
const err30 = {instancePath:instancePath+"/cors/allow_methods/" + i3,schemaPath:"#/definitions/cors/properties/allow_methods/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/cors/allow_methods/" + i3,schemaPath:"#/definitions/cors/properties/allow_methods/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/cors/allow_methods",schemaPath:"#/definitions/cors/properties/allow_methods/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data11.expose_headers !== undefined){
let data19 = data11.expose_headers;
if(Array.isArray(data19)){
const len4 = data19.length;
for(let i4=0; i4<len4; i4++){
let data20 = data19[i4];
if(typeof data20 === "string"){
if(!pattern2.test(data20)){
const err33 = {instancePath:instancePath+"/cors/expose_headers/" + i4,schemaPath:"#/definitions/cors/properties/expose_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/cors/expose_headers/" + i4,schemaPath:"#/definitions/cors/properties/expose_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/cors/expose_headers",schemaPath:"#/definitions/cors/properties/expose_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data11.allow_credentials !== undefined){
if(typeof data11.allow_credentials !== "boolean"){
const err36 = {instancePath:instancePath+"/cors/allow_credentials",schemaPath:"#/definitions/cors/properties/allow_credentials/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data11.max_age_s !== undefined){
let data22 = data11.max_age_s;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err37 = {instancePath:instancePath+"/cors/max_age_s",schemaPath:"#/definitions/cors/properties/max_age_s/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 < 0 || isNaN(data22)){
const err38 = {instancePath:instancePath+"/cors/max_age_s",schemaPath:"#/definitions/cors/properties/max_age_s/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
}
else {
const err39 = {instancePath:instancePath+"/cors",schemaPath:"#/definitions/cors/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.rate_limit !== undefined){
let data23 = data.rate_limit;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
for(const key3 in data23){
if(!(key3 === "per_minute")){
const err40 = {instancePath:instancePath+"/rate_limit",schemaPath:"#/definitions/rateLimit/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data23.per_minute !== undefined){
let data24 = data23.per_minute;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err41 = {instancePath:instancePath+"/rate_limit/per_minute",schemaPath:"#/definitions/rateLimit/properties/per_minute/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 < 1 || isNaN(data24)){
const err42 = {instancePath:instancePath+"/rate_limit/per_minute",schemaPath:"#/definitions/rateLimit/properties/per_minute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
}
else {
const err43 = {instancePath:instancePath+"/rate_limit",schemaPath:"#/definitions/rateLimit/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.concurrency !== undefined){
if(!(validate25(data.concurrency, {instancePath:instancePath+"/concurrency",parentData:data,parentDataProperty:"concurrency",rootData}))){
vErrors = vErrors === null ? validate25.errors : vErrors.concat(validate25.errors);
errors = vErrors.length;
}
}
if(data.downstream !== undefined){
let data26 = data.downstream;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
for(const key4 in data26){
if(!(key4 === "send_timeout_ms")){
const err44 = {instancePath:instancePath+"/downstream",schemaPath:"#/definitions/downstream/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data26.send_timeout_ms !== undefined){
let data27 = data26.send_timeout_ms;
if(!(((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27))) && (isFinite(data27)))){
const err45 = {instancePath:instancePath+"/downstream/send_timeout_ms",schemaPath:"#/definitions/downstream/properties/send_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 2147483647 || isNaN(data27)){
const err46 = {instancePath:instancePath+"/downstream/send_timeout_ms",schemaPath:"#/definitions/downstream/properties/send_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(data27 < 0 || isNaN(data27)){
const err47 = {instancePath:instancePath+"/downstream/send_timeout_ms",schemaPath:"#/definitions/downstream/properties/send_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
}
else {
const err48 = {instancePath:instancePath+"/downstream",schemaPath:"#/definitions/downstream/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data.observability !== undefined){
if(!(validate27(data.observability, {instancePath:instancePath+"/observability",parentData:data,parentDataProperty:"observability",rootData}))){
vErrors = vErrors === null ? validate27.errors : vErrors.concat(validate27.errors);
errors = vErrors.length;
}
}
if(data.tests !== undefined){
let data29 = data.tests;
if(Array.isArray(data29)){
const len5 = data29.length;
for(let i5=0; i5<len5; i5++){
if(!(validate33(data29[i5], {instancePath:instancePath+"/tests/" + i5,parentData:data29,parentDataProperty:i5,rootData}))){
vErrors = vErrors === null ? validate33.errors : vErrors.concat(validate33.errors);
errors = vErrors.length;
}
}
}
else {
const err49 = {instancePath:instancePath+"/tests",schemaPath:"#/properties/tests/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data.errors !== undefined){
let data31 = data.errors;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
for(const key5 in data31){
if(!(key5 === "format")){
const err50 = {instancePath:instancePath+"/errors",schemaPath:"#/definitions/errors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data31.format !== undefined){
let data32 = data31.format;
if(typeof data32 !== "string"){
const err51 = {instancePath:instancePath+"/errors/format",schemaPath:"#/definitions/errors/properties/format/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(!((((data32 === "plain") || (data32 === "openai")) || (data32 === "anthropic")) || (data32 === "auto"))){
const err52 = {instancePath:instancePath+"/errors/format",schemaPath:"#/definitions/errors/properties/format/enum",keyword:"enum",params:{allowedValues: schema55.properties.format.enum}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
else {
const err53 = {instancePath:instancePath+"/errors",schemaPath:"#/definitions/errors/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data.reload !== undefined){
let data33 = data.reload;
if(data33 && typeof data33 == "object" && !Array.isArray(data33)){
for(const key6 in data33){
if(!(key6 === "watch")){
const err54 = {instancePath:instancePath+"/reload",schemaPath:"#/definitions/reload/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data33.watch !== undefined){
if(typeof data33.watch !== "boolean"){
const err55 = {instancePath:instancePath+"/reload/watch",schemaPath:"#/definitions/reload/properties/watch/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath:instancePath+"/reload",schemaPath:"#/definitions/reload/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data.shutdown !== undefined){
let data35 = data.shutdown;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
for(const key7 in data35){
if(!((key7 === "grace_ms") || (key7 === "drain_timeout_ms"))){
const err57 = {instancePath:instancePath+"/shutdown",schemaPath:"#/definitions/shutdown/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data35.grace_ms !== undefined){
let data36 = data35.grace_ms;
if(!(((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36))) && (isFinite(data36)))){
const err58 = {instancePath:instancePath+"/shutdown/grace_ms",schemaPath:"#/definitions/shutdown/properties/grace_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data36 == "number") && (isFinite(data36))){
if(data36 > 2147483647 || isNaN(data36)){
const err59 = {instancePath:instancePath+"/shutdown/grace_ms",schemaPath:"#/definitions/shutdown/properties/grace_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data36 < 0 || isNaN(data36)){
const err60 = {instancePath:instancePath+"/shutdown/grace_ms",schemaPath:"#/definitions/shutdown/properties/grace_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
if(data35.drain_timeout_ms !== undefined){
let data37 = data35.drain_timeout_ms;
if(!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))){
const err61 = {instancePath:instancePath+"/shutdown/drain_timeout_ms",schemaPath:"#/definitions/shutdown/properties/drain_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 2147483647 || isNaN(data37)){
const err62 = {instancePath:instancePath+"/shutdown/drain_timeout_ms",schemaPath:"#/definitions/shutdown/properties/drain_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data37 < 0 || isNaN(data37)){
const err63 = {instancePath:instancePath+"/shutdown/drain_timeout_ms",schemaPath:"#/definitions/shutdown/properties/drain_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
}
}
else {
const err64 = {instancePath:instancePath+"/shutdown",schemaPath:"#/definitions/shutdown/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
else {
const err65 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

