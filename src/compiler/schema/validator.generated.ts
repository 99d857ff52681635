// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from schema/config.schema.json by `npm run gen`. Never edited.
// @ts-nocheck

export const validate = validate10;

const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:ai-gateway-lite:schema:config","type":"object","additionalProperties":false,"properties":{"listen":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"},"gateway_auth":{"$ref":"#/definitions/gatewayAuth"},"routes":{"type":"array","items":{"$ref":"#/definitions/route"},"minItems":1},"inbound_tls":{"$ref":"#/definitions/inboundTls"},"cors":{"$ref":"#/definitions/cors"},"rate_limit":{"$ref":"#/definitions/rateLimit"},"concurrency":{"$ref":"#/definitions/concurrency"},"observability":{"$ref":"#/definitions/observability"},"tests":{"type":"array","items":{"$ref":"#/definitions/configTest"}},"errors":{"$ref":"#/definitions/errors"},"reload":{"$ref":"#/definitions/reload"},"shutdown":{"$ref":"#/definitions/shutdown"}},"required":["listen","gateway_auth","routes"],"definitions":{"gatewayAuth":{"type":"object","additionalProperties":false,"properties":{"tokens":{"type":"array","items":{"type":"string","pattern":"\\S"},"minItems":1},"token_sources":{"type":"array","items":{"$ref":"#/definitions/tokenSource"},"minItems":1}},"required":["tokens"]},"tokenSource":{"type":"object","additionalProperties":false,"properties":{"type":{"type":"string","enum":["authorization_bearer","header"]},"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"required":["type"]},"route":{"type":"object","additionalProperties":false,"properties":{"id":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^/(?:.*[^/])?$"},"upstream":{"$ref":"#/definitions/upstream"}},"required":["id","prefix","upstream"]},"upstream":{"type":"object","additionalProperties":false,"properties":{"base_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"strip_prefix":{"type":"boolean"},"connect_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"request_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"stream_idle_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647},"inject_headers":{"type":"array","items":{"$ref":"#/definitions/injectHeader"}},"remove_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"user_agent":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"},"forward_xff":{"type":"boolean"},"proxy":{"$ref":"#/definitions/proxy"},"upstream_key_max_inflight":{"type":"integer","minimum":1},"retry":{"$ref":"#/definitions/retry"}},"required":["base_url"]},"injectHeader":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"value":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"}},"required":["name","value"]},"proxy":{"type":"object","additionalProperties":false,"properties":{"protocol":{"type":"string","enum":["http","https","socks"]},"address":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"},"username":{"type":"string","pattern":"\\S"},"password":{"type":"string","pattern":"\\S"}},"required":["protocol","address"],"dependencies":{"username":["password"],"password":["username"]}},"retry":{"type":"object","additionalProperties":false,"properties":{"max_attempts":{"type":"integer","minimum":1,"maximum":5},"retry_on":{"type":"array","items":{"type":"string","enum":["connect_error","reset","timeout","429","502","503","504"]}},"max_body_bytes":{"type":"integer","minimum":0},"backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"max_backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"attempt_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["max_attempts"]},"inboundTls":{"type":"object","additionalProperties":false,"properties":{"cert_path":{"type":"string","pattern":"\\S"},"key_path":{"type":"string","pattern":"\\S"},"self_signed_cert_path":{"type":"string","pattern":"\\S"},"self_signed_key_path":{"type":"string","pattern":"\\S"}},"dependencies":{"cert_path":["key_path"],"key_path":["cert_path"]}},"cors":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"allow_origins":{"type":"array","items":{"type":"string","pattern":"\\S"}},"allow_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"allow_methods":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"expose_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}}},"rateLimit":{"type":"object","additionalProperties":false,"properties":{"per_minute":{"type":"integer","minimum":1}}},"concurrency":{"type":"object","additionalProperties":false,"properties":{"downstream_max_inflight":{"type":"integer","minimum":1},"upstream_per_key_max_inflight":{"type":"integer","minimum":1},"queue":{"$ref":"#/definitions/queue"}}},"queue":{"type":"object","additionalProperties":false,"properties":{"max_waiting":{"type":"integer","minimum":0},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}}},"observability":{"type":"object","additionalProperties":false,"properties":{"logging":{"$ref":"#/definitions/logging"},"metrics":{"$ref":"#/definitions/metrics"},"tracing":{"$ref":"#/definitions/tracing"}}},"logging":{"type":"object","additionalProperties":false,"properties":{"level":{"type":"string","enum":["trace","debug","info","warn","error"]},"format":{"type":"string","enum":["json","text"]},"to_stdout":{"type":"boolean"},"file":{"$ref":"#/definitions/logFile"}}},"logFile":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"dir":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^[^/\\\\\\s]+$"},"rotation":{"type":"string","enum":["minutely","hourly","daily","never"]},"max_files":{"type":"integer","minimum":1}}},"metrics":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"path":{"type":"string","pattern":"^/.*[^/]$"},"token":{"type":"string","pattern":"\\S"}}},"tracing":{"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"sample_ratio":{"type":"number","minimum":0,"maximum":1},"otlp":{"$ref":"#/definitions/otlp"}}},"otlp":{"type":"object","additionalProperties":false,"properties":{"endpoint":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"protocol":{"type":"string","enum":["grpc","http"]},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["endpoint"]},"errors":{"type":"object","additionalProperties":false,"properties":{"format":{"type":"string","enum":["plain","openai","anthropic","auto"]}}},"reload":{"type":"object","additionalProperties":false,"properties":{"watch":{"type":"boolean"}}},"shutdown":{"type":"object","additionalProperties":false,"properties":{"grace_ms":{"type":"integer","minimum":0,"maximum":2147483647},"drain_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647}}},"configTest":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"\\S"},"request":{"$ref":"#/definitions/testRequest"},"expect":{"$ref":"#/definitions/testExpect"}},"required":["name","request","expect"]},"testRequest":{"type":"object","additionalProperties":false,"properties":{"method":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"path":{"type":"string","pattern":"^/"},"headers":{"type":"object","additionalProperties":{"type":"string"}}},"required":["method","path"]},"testExpect":{"type":"object","additionalProperties":false,"properties":{"route":{"type":"string","pattern":"\\S"},"status":{"type":"integer","minimum":100,"maximum":599},"upstream_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"upstream_headers":{"type":"object","additionalProperties":{"type":"string"}},"absent_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}},"minProperties":1}}};
const schema19 = {"type":"object","additionalProperties":false,"properties":{"cert_path":{"type":"string","pattern":"\\S"},"key_path":{"type":"string","pattern":"\\S"},"self_signed_cert_path":{"type":"string","pattern":"\\S"},"self_signed_key_path":{"type":"string","pattern":"\\S"}},"dependencies":{"cert_path":["key_path"],"key_path":["cert_path"]}};
const schema20 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"allow_origins":{"type":"array","items":{"type":"string","pattern":"\\S"}},"allow_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"allow_methods":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"expose_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}}};
const schema21 = {"type":"object","additionalProperties":false,"properties":{"per_minute":{"type":"integer","minimum":1}}};
const schema33 = {"type":"object","additionalProperties":false,"properties":{"format":{"type":"string","enum":["plain","openai","anthropic","auto"]}}};
const schema34 = {"type":"object","additionalProperties":false,"properties":{"watch":{"type":"boolean"}}};
const schema35 = {"type":"object","additionalProperties":false,"properties":{"grace_ms":{"type":"integer","minimum":0,"maximum":2147483647},"drain_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647}}};
const func2 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$", "u");
const pattern1 = new RegExp("\\S", "u");
const pattern2 = new RegExp("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "u");
const schema12 = {"type":"object","additionalProperties":false,"properties":{"tokens":{"type":"array","items":{"type":"string","pattern":"\\S"},"minItems":1},"token_sources":{"type":"array","items":{"$ref":"#/definitions/tokenSource"},"minItems":1}},"required":["tokens"]};
const schema13 = {"type":"object","additionalProperties":false,"properties":{"type":{"type":"string","enum":["authorization_bearer","header"]},"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"required":["type"]};

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
if(!((data4 === "authorization_bearer") || (data4 === "header"))){
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
const schema15 = {"type":"object","additionalProperties":false,"properties":{"base_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"strip_prefix":{"type":"boolean"},"connect_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"request_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647},"stream_idle_timeout_ms":{"type":"integer","minimum":0,"maximum":2147483647},"inject_headers":{"type":"array","items":{"$ref":"#/definitions/injectHeader"}},"remove_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}},"user_agent":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"},"forward_xff":{"type":"boolean"},"proxy":{"$ref":"#/definitions/proxy"},"upstream_key_max_inflight":{"type":"integer","minimum":1},"retry":{"$ref":"#/definitions/retry"}},"required":["base_url"]};
const schema16 = {"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"value":{"type":"string","pattern":"^[\\t\\x20-\\x7e\\x80-\\xff]*$"}},"required":["name","value"]};
const schema17 = {"type":"object","additionalProperties":false,"properties":{"protocol":{"type":"string","enum":["http","https","socks"]},"address":{"type":"string","pattern":"^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"},"username":{"type":"string","pattern":"\\S"},"password":{"type":"string","pattern":"\\S"}},"required":["protocol","address"],"dependencies":{"username":["password"],"password":["username"]}};
const schema18 = {"type":"object","additionalProperties":false,"properties":{"max_attempts":{"type":"integer","minimum":1,"maximum":5},"retry_on":{"type":"array","items":{"type":"string","enum":["connect_error","reset","timeout","429","502","503","504"]}},"max_body_bytes":{"type":"integer","minimum":0},"backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"max_backoff_ms":{"type":"integer","minimum":0,"maximum":2147483647},"attempt_timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["max_attempts"]};
const pattern5 = new RegExp("^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]", "u");
const pattern7 = new RegExp("^[\\t\\x20-\\x7e\\x80-\\xff]*$", "u");

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
if(data.inject_headers !== undefined){
let data5 = data.inject_headers;
if(Array.isArray(data5)){
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.name === undefined){
const err14 = {instancePath:instancePath+"/inject_headers/" + i0,schemaPath:"#/definitions/injectHeader/required",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data6.value === undefined){
const err15 = {instancePath:instancePath+"/inject_headers/" + i0,schemaPath:"#/definitions/injectHeader/required",keyword:"required",params:{missingProperty: "value"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
for(const key1 in data6){
if(!((key1 === "name") || (key1 === "value"))){
const err16 = {instancePath:instancePath+"/inject_headers/" + i0,schemaPath:"#/definitions/injectHeader/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data6.name !== undefined){
let data7 = data6.name;
if(typeof data7 === "string"){
if(!pattern2.test(data7)){
const err17 = {instancePath:instancePath+"/inject_headers/" + i0+"/name",schemaPath:"#/definitions/injectHeader/properties/name/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
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
const err18 = {instancePath:instancePath+"/inject_headers/" + i0+"/name",schemaPath:"#/definitions/injectHeader/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data6.value !== undefined){
let data8 = data6.value;
if(typeof data8 === "string"){
if(!pattern7.test(data8)){
const err19 = {instancePath:instancePath+"/inject_headers/" + i0+"/value",schemaPath:"#/definitions/injectHeader/properties/value/pattern",keyword:"pattern",params:{pattern: "^[\\t\\x20-\\x7e\\x80-\\xff]*$"}};
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
const err20 = {instancePath:instancePath+"/inject_headers/" + i0+"/value",schemaPath:"#/definitions/injectHeader/properties/value/type",keyword:"type",params:{type: "string"}};
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
const err21 = {instancePath:instancePath+"/inject_headers/" + i0,schemaPath:"#/definitions/injectHeader/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/inject_headers",schemaPath:"#/properties/inject_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
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
const err23 = {instancePath:instancePath+"/remove_headers/" + i1,schemaPath:"#/properties/remove_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
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
const err24 = {instancePath:instancePath+"/remove_headers/" + i1,schemaPath:"#/properties/remove_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/remove_headers",schemaPath:"#/properties/remove_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data.user_agent !== undefined){
let data11 = data.user_agent;
if(typeof data11 === "string"){
if(!pattern7.test(data11)){
const err26 = {instancePath:instancePath+"/user_agent",schemaPath:"#/properties/user_agent/pattern",keyword:"pattern",params:{pattern: "^[\\t\\x20-\\x7e\\x80-\\xff]*$"}};
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
const err27 = {instancePath:instancePath+"/user_agent",schemaPath:"#/properties/user_agent/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.forward_xff !== undefined){
if(typeof data.forward_xff !== "boolean"){
const err28 = {instancePath:instancePath+"/forward_xff",schemaPath:"#/properties/forward_xff/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.proxy !== undefined){
let data13 = data.proxy;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
if(data13.protocol === undefined){
const err29 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/required",keyword:"required",params:{missingProperty: "protocol"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data13.address === undefined){
const err30 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/required",keyword:"required",params:{missingProperty: "address"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
for(const key2 in data13){
if(!((((key2 === "protocol") || (key2 === "address")) || (key2 === "username")) || (key2 === "password"))){
const err31 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data13.username !== undefined){
if(data13.password === undefined){
const err32 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/dependencies",keyword:"dependencies",params:{property: "username",
    missingProperty: "password",
    depsCount: 1,
    deps: "password"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data13.password !== undefined){
if(data13.username === undefined){
const err33 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/dependencies",keyword:"dependencies",params:{property: "password",
    missingProperty: "username",
    depsCount: 1,
    deps: "username"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data13.protocol !== undefined){
let data14 = data13.protocol;
if(typeof data14 !== "string"){
const err34 = {instancePath:instancePath+"/proxy/protocol",schemaPath:"#/definitions/proxy/properties/protocol/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(!(((data14 === "http") || (data14 === "https")) || (data14 === "socks"))){
const err35 = {instancePath:instancePath+"/proxy/protocol",schemaPath:"#/definitions/proxy/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema17.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data13.address !== undefined){
let data15 = data13.address;
if(typeof data15 === "string"){
if(!pattern0.test(data15)){
const err36 = {instancePath:instancePath+"/proxy/address",schemaPath:"#/definitions/proxy/properties/address/pattern",keyword:"pattern",params:{pattern: "^(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s:/?#\\[\\]@]+):[0-9]{1,5}$"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/proxy/address",schemaPath:"#/definitions/proxy/properties/address/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data13.username !== undefined){
let data16 = data13.username;
if(typeof data16 === "string"){
if(!pattern1.test(data16)){
const err38 = {instancePath:instancePath+"/proxy/username",schemaPath:"#/definitions/proxy/properties/username/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/proxy/username",schemaPath:"#/definitions/proxy/properties/username/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data13.password !== undefined){
let data17 = data13.password;
if(typeof data17 === "string"){
if(!pattern1.test(data17)){
const err40 = {instancePath:instancePath+"/proxy/password",schemaPath:"#/definitions/proxy/properties/password/pattern",keyword:"pattern",params:{pattern: "\\S"}};
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
const err41 = {instancePath:instancePath+"/proxy/password",schemaPath:"#/definitions/proxy/properties/password/type",keyword:"type",params:{type: "string"}};
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
else {
const err42 = {instancePath:instancePath+"/proxy",schemaPath:"#/definitions/proxy/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data.upstream_key_max_inflight !== undefined){
let data18 = data.upstream_key_max_inflight;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err43 = {instancePath:instancePath+"/upstream_key_max_inflight",schemaPath:"#/properties/upstream_key_max_inflight/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 < 1 || isNaN(data18)){
const err44 = {instancePath:instancePath+"/upstream_key_max_inflight",schemaPath:"#/properties/upstream_key_max_inflight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
if(data.retry !== undefined){
let data19 = data.retry;
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
if(data19.max_attempts === undefined){
const err45 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/retry/required",keyword:"required",params:{missingProperty: "max_attempts"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
for(const key3 in data19){
if(!((((((key3 === "max_attempts") || (key3 === "retry_on")) || (key3 === "max_body_bytes")) || (key3 === "backoff_ms")) || (key3 === "max_backoff_ms")) || (key3 === "attempt_timeout_ms"))){
const err46 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/retry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data19.max_attempts !== undefined){
let data20 = data19.max_attempts;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err47 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/retry/properties/max_attempts/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 5 || isNaN(data20)){
const err48 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/retry/properties/max_attempts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 5}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data20 < 1 || isNaN(data20)){
const err49 = {instancePath:instancePath+"/retry/max_attempts",schemaPath:"#/definitions/retry/properties/max_attempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
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
if(data19.retry_on !== undefined){
let data21 = data19.retry_on;
if(Array.isArray(data21)){
const len2 = data21.length;
for(let i2=0; i2<len2; i2++){
let data22 = data21[i2];
if(typeof data22 !== "string"){
const err50 = {instancePath:instancePath+"/retry/retry_on/" + i2,schemaPath:"#/definitions/retry/properties/retry_on/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(!(((((((data22 === "connect_error") || (data22 === "reset")) || (data22 === "timeout")) || (data22 === "429")) || (data22 === "502")) || (data22 === "503")) || (data22 === "504"))){
const err51 = {instancePath:instancePath+"/retry/retry_on/" + i2,schemaPath:"#/definitions/retry/properties/retry_on/items/enum",keyword:"enum",params:{allowedValues: schema18.properties.retry_on.items.enum}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
else {
const err52 = {instancePath:instancePath+"/retry/retry_on",schemaPath:"#/definitions/retry/properties/retry_on/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data19.max_body_bytes !== undefined){
let data23 = data19.max_body_bytes;
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err53 = {instancePath:instancePath+"/retry/max_body_bytes",schemaPath:"#/definitions/retry/properties/max_body_bytes/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 < 0 || isNaN(data23)){
const err54 = {instancePath:instancePath+"/retry/max_body_bytes",schemaPath:"#/definitions/retry/properties/max_body_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
if(data19.backoff_ms !== undefined){
let data24 = data19.backoff_ms;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err55 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/retry/properties/backoff_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 2147483647 || isNaN(data24)){
const err56 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/retry/properties/backoff_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data24 < 0 || isNaN(data24)){
const err57 = {instancePath:instancePath+"/retry/backoff_ms",schemaPath:"#/definitions/retry/properties/backoff_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
if(data19.max_backoff_ms !== undefined){
let data25 = data19.max_backoff_ms;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err58 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/retry/properties/max_backoff_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 2147483647 || isNaN(data25)){
const err59 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/retry/properties/max_backoff_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data25 < 0 || isNaN(data25)){
const err60 = {instancePath:instancePath+"/retry/max_backoff_ms",schemaPath:"#/definitions/retry/properties/max_backoff_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
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
if(data19.attempt_timeout_ms !== undefined){
let data26 = data19.attempt_timeout_ms;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
const err61 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/retry/properties/attempt_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 2147483647 || isNaN(data26)){
const err62 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/retry/properties/attempt_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data26 < 1 || isNaN(data26)){
const err63 = {instancePath:instancePath+"/retry/attempt_timeout_ms",schemaPath:"#/definitions/retry/properties/attempt_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
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
const err64 = {instancePath:instancePath+"/retry",schemaPath:"#/definitions/retry/type",keyword:"type",params:{type: "object"}};
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

const schema22 = {"type":"object","additionalProperties":false,"properties":{"downstream_max_inflight":{"type":"integer","minimum":1},"upstream_per_key_max_inflight":{"type":"integer","minimum":1},"queue":{"$ref":"#/definitions/queue"}}};
const schema23 = {"type":"object","additionalProperties":false,"properties":{"max_waiting":{"type":"integer","minimum":0},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}}};

function validate17(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
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
validate17.errors = vErrors;
return errors === 0;
}

const schema24 = {"type":"object","additionalProperties":false,"properties":{"logging":{"$ref":"#/definitions/logging"},"metrics":{"$ref":"#/definitions/metrics"},"tracing":{"$ref":"#/definitions/tracing"}}};
const schema27 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"path":{"type":"string","pattern":"^/.*[^/]$"},"token":{"type":"string","pattern":"\\S"}}};
const schema25 = {"type":"object","additionalProperties":false,"properties":{"level":{"type":"string","enum":["trace","debug","info","warn","error"]},"format":{"type":"string","enum":["json","text"]},"to_stdout":{"type":"boolean"},"file":{"$ref":"#/definitions/logFile"}}};
const schema26 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"dir":{"type":"string","pattern":"\\S"},"prefix":{"type":"string","pattern":"^[^/\\\\\\s]+$"},"rotation":{"type":"string","enum":["minutely","hourly","daily","never"]},"max_files":{"type":"integer","minimum":1}}};
const pattern22 = new RegExp("^[^/\\\\\\s]+$", "u");

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
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
const err2 = {instancePath:instancePath+"/level",schemaPath:"#/properties/level/enum",keyword:"enum",params:{allowedValues: schema25.properties.level.enum}};
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
const err4 = {instancePath:instancePath+"/format",schemaPath:"#/properties/format/enum",keyword:"enum",params:{allowedValues: schema25.properties.format.enum}};
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
if(!(((((key1 === "enabled") || (key1 === "dir")) || (key1 === "prefix")) || (key1 === "rotation")) || (key1 === "max_files"))){
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
if(!pattern22.test(data6)){
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
const err13 = {instancePath:instancePath+"/file/rotation",schemaPath:"#/definitions/logFile/properties/rotation/enum",keyword:"enum",params:{allowedValues: schema26.properties.rotation.enum}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data3.max_files !== undefined){
let data8 = data3.max_files;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err14 = {instancePath:instancePath+"/file/max_files",schemaPath:"#/definitions/logFile/properties/max_files/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 < 1 || isNaN(data8)){
const err15 = {instancePath:instancePath+"/file/max_files",schemaPath:"#/definitions/logFile/properties/max_files/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
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
}
else {
const err16 = {instancePath:instancePath+"/file",schemaPath:"#/definitions/logFile/type",keyword:"type",params:{type: "object"}};
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
else {
const err17 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}

const schema28 = {"type":"object","additionalProperties":false,"properties":{"enabled":{"type":"boolean"},"sample_ratio":{"type":"number","minimum":0,"maximum":1},"otlp":{"$ref":"#/definitions/otlp"}}};
const schema29 = {"type":"object","additionalProperties":false,"properties":{"endpoint":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"protocol":{"type":"string","enum":["grpc","http"]},"timeout_ms":{"type":"integer","minimum":1,"maximum":2147483647}},"required":["endpoint"]};

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
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
const err10 = {instancePath:instancePath+"/otlp/protocol",schemaPath:"#/definitions/otlp/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema29.properties.protocol.enum}};
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
validate22.errors = vErrors;
return errors === 0;
}

const pattern23 = new RegExp("^/.*[^/]$", "u");

function validate19(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
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
if(!(validate20(data.logging, {instancePath:instancePath+"/logging",parentData:data,parentDataProperty:"logging",rootData}))){
vErrors = vErrors === null ? validate20.errors : vErrors.concat(validate20.errors);
errors = vErrors.length;
}
}
if(data.metrics !== undefined){
let data1 = data.metrics;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key1 in data1){
if(!(((key1 === "enabled") || (key1 === "path")) || (key1 === "token"))){
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
if(!pattern23.test(data3)){
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
}
else {
const err7 = {instancePath:instancePath+"/metrics",schemaPath:"#/definitions/metrics/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.tracing !== undefined){
if(!(validate22(data.tracing, {instancePath:instancePath+"/tracing",parentData:data,parentDataProperty:"tracing",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
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
validate19.errors = vErrors;
return errors === 0;
}

const schema30 = {"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","pattern":"\\S"},"request":{"$ref":"#/definitions/testRequest"},"expect":{"$ref":"#/definitions/testExpect"}},"required":["name","request","expect"]};
const schema31 = {"type":"object","additionalProperties":false,"properties":{"method":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},"path":{"type":"string","pattern":"^/"},"headers":{"type":"object","additionalProperties":{"type":"string"}}},"required":["method","path"]};
const schema32 = {"type":"object","additionalProperties":false,"properties":{"route":{"type":"string","pattern":"\\S"},"status":{"type":"integer","minimum":100,"maximum":599},"upstream_url":{"type":"string","pattern":"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\\s]"},"upstream_headers":{"type":"object","additionalProperties":{"type":"string"}},"absent_headers":{"type":"array","items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}},"minProperties":1};
const pattern28 = new RegExp("^/", "u");

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
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
if(!pattern28.test(data3)){
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
validate25.errors = vErrors;
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
if(data.inbound_tls !== undefined){
let data4 = data.inbound_tls;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key1 in data4){
if(!((((key1 === "cert_path") || (key1 === "key_path")) || (key1 === "self_signed_cert_path")) || (key1 === "self_signed_key_path"))){
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
if(data4.cert_path !== undefined){
if(data4.key_path === undefined){
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
if(data4.key_path !== undefined){
if(data4.cert_path === undefined){
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
if(data4.cert_path !== undefined){
let data5 = data4.cert_path;
if(typeof data5 === "string"){
if(!pattern1.test(data5)){
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
if(data4.key_path !== undefined){
let data6 = data4.key_path;
if(typeof data6 === "string"){
if(!pattern1.test(data6)){
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
if(data4.self_signed_cert_path !== undefined){
let data7 = data4.self_signed_cert_path;
if(typeof data7 === "string"){
if(!pattern1.test(data7)){
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
if(data4.self_signed_key_path !== undefined){
let data8 = data4.self_signed_key_path;
if(typeof data8 === "string"){
if(!pattern1.test(data8)){
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
}
else {
const err19 = {instancePath:instancePath+"/inbound_tls",schemaPath:"#/definitions/inboundTls/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.cors !== undefined){
let data9 = data.cors;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
for(const key2 in data9){
if(!(((((key2 === "enabled") || (key2 === "allow_origins")) || (key2 === "allow_headers")) || (key2 === "allow_methods")) || (key2 === "expose_headers"))){
const err20 = {instancePath:instancePath+"/cors",schemaPath:"#/definitions/cors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data9.enabled !== undefined){
if(typeof data9.enabled !== "boolean"){
const err21 = {instancePath:instancePath+"/cors/enabled",schemaPath:"#/definitions/cors/properties/enabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data9.allow_origins !== undefined){
let data11 = data9.allow_origins;
if(Array.isArray(data11)){
const len1 = data11.length;
for(let i1=0; i1<len1; i1++){
let data12 = data11[i1];
if(typeof data12 === "string"){
if(!pattern1.test(data12)){
const err22 = {instancePath:instancePath+"/cors/allow_origins/" + i1,schemaPath:"#/definitions/cors/properties/allow_origins/items/pattern",keyword:"pattern",params:{pattern: "\\S"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/cors/allow_origins/" + i1,schemaPath:"#/definitions/cors/properties/allow_origins/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath:instancePath+"/cors/allow_origins",schemaPath:"#/definitions/cors/properties/allow_origins/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data9.allow_headers !== undefined){
let data13 = data9.allow_headers;
if(Array.isArray(data13)){
const len2 = data13.length;
for(let i2=0; i2<len2; i2++){
let data14 = data13[i2];
if(typeof data14 === "string"){
if(!pattern2.test(data14)){
const err25 = {instancePath:instancePath+"/cors/allow_headers/" + i2,schemaPath:"#/definitions/cors/properties/allow_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
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
const err26 = {instancePath:instancePath+"/cors/allow_headers/" + i2,schemaPath:"#/definitions/cors/properties/allow_headers/items/type",keyword:"type",params:{type: "string"}};
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
const err27 = {instancePath:instancePath+"/cors/allow_headers",schemaPath:"#/definitions/cors/properties/allow_headers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data9.allow_methods !== undefined){
let data15 = data9.allow_methods;
if(Array.isArray(data15)){
const len3 = data15.length;
for(let i3=0; i3<len3; i3++){
let data16 = data15[i3];
if(typeof data16 === "string"){
if(!pattern2.test(data16)){
const err28 = {instancePath:instancePath+"/cors/allow_methods/" + i3,schemaPath:"#/definitions/cors/properties/allow_methods/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
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
const err29 = {instancePath:instancePath+"/cors/allow_methods/" + i3,schemaPath:"#/definitions/cors/properties/allow_methods/items/type",keyword:"type",params:{type: "string"}};
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
const err30 = {instancePath:instancePath+"/cors/allow_methods",schemaPath:"#/definitions/cors/properties/allow_methods/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data9.expose_headers !== undefined){
let data17 = data9.expose_headers;
if(Array.isArray(data17)){
const len4 = data17.length;
for(let i4=0; i4<len4; i4++){
let data18 = data17[i4];
if(typeof data18 === "string"){
if(!pattern2.test(data18)){
const err31 = {instancePath:instancePath+"/cors/expose_headers/" + i4,schemaPath:"#/definitions/cors/properties/expose_headers/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/cors/expose_headers/" + i4,schemaPath:"#/definitions/cors/properties/expose_headers/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/cors/expose_headers",schemaPath:"#/definitions/cors/properties/expose_headers/type",keyword:"type",params:{type: "array"}};
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
const err34 = {instancePath:instancePath+"/cors",schemaPath:"#/definitions/cors/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.rate_limit !== undefined){
let data19 = data.rate_limit;
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
for(const key3 in data19){
if(!(key3 === "per_minute")){
const err35 = {instancePath:instancePath+"/rate_limit",schemaPath:"#/definitions/rateLimit/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data19.per_minute !== undefined){
let data20 = data19.per_minute;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err36 = {instancePath:instancePath+"/rate_limit/per_minute",schemaPath:"#/definitions/rateLimit/properties/per_minute/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 < 1 || isNaN(data20)){
const err37 = {instancePath:instancePath+"/rate_limit/per_minute",schemaPath:"#/definitions/rateLimit/properties/per_minute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
}
else {
const err38 = {instancePath:instancePath+"/rate_limit",schemaPath:"#/definitions/rateLimit/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data.concurrency !== undefined){
if(!(validate17(data.concurrency, {instancePath:instancePath+"/concurrency",parentData:data,parentDataProperty:"concurrency",rootData}))){
vErrors = vErrors === null ? validate17.errors : vErrors.concat(validate17.errors);
errors = vErrors.length;
}
}
if(data.observability !== undefined){
if(!(validate19(data.observability, {instancePath:instancePath+"/observability",parentData:data,parentDataProperty:"observability",rootData}))){
vErrors = vErrors === null ? validate19.errors : vErrors.concat(validate19.errors);
errors = vErrors.length;
}
}
if(data.tests !== undefined){
let data23 = data.tests;
if(Array.isArray(data23)){
const len5 = data23.length;
for(let i5=0; i5<len5; i5++){
if(!(validate25(data23[i5], {instancePath:instancePath+"/tests/" + i5,parentData:data23,parentDataProperty:i5,rootData}))){
vErrors = vErrors === null ? validate25.errors : vErrors.concat(validate25.errors);
errors = vErrors.length;
}
}
}
else {
const err39 = {instancePath:instancePath+"/tests",schemaPath:"#/properties/tests/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.errors !== undefined){
let data25 = data.errors;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key4 in data25){
if(!(key4 === "format")){
const err40 = {instancePath:instancePath+"/errors",schemaPath:"#/definitions/errors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data25.format !== undefined){
let data26 = data25.format;
if(typeof data26 !== "string"){
const err41 = {instancePath:instancePath+"/errors/format",schemaPath:"#/definitions/errors/properties/format/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(!((((data26 === "plain") || (data26 === "openai")) || (data26 === "anthropic")) || (data26 === "auto"))){
const err42 = {instancePath:instancePath+"/errors/format",schemaPath:"#/definitions/errors/properties/format/enum",keyword:"enum",params:{allowedValues: schema33.properties.format.enum}};
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
else {
const err43 = {instancePath:instancePath+"/errors",schemaPath:"#/definitions/errors/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.reload !== undefined){
let data27 = data.reload;
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
for(const key5 in data27){
if(!(key5 === "watch")){
const err44 = {instancePath:instancePath+"/reload",schemaPath:"#/definitions/reload/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data27.watch !== undefined){
if(typeof data27.watch !== "boolean"){
const err45 = {instancePath:instancePath+"/reload/watch",schemaPath:"#/definitions/reload/properties/watch/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
else {
const err46 = {instancePath:instancePath+"/reload",schemaPath:"#/definitions/reload/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data.shutdown !== undefined){
let data29 = data.shutdown;
if(data29 && typeof data29 == "object" && !Array.isArray(data29)){
for(const key6 in data29){
if(!((key6 === "grace_ms") || (key6 === "drain_timeout_ms"))){
const err47 = {instancePath:instancePath+"/shutdown",schemaPath:"#/definitions/shutdown/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data29.grace_ms !== undefined){
let data30 = data29.grace_ms;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err48 = {instancePath:instancePath+"/shutdown/grace_ms",schemaPath:"#/definitions/shutdown/properties/grace_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 > 2147483647 || isNaN(data30)){
const err49 = {instancePath:instancePath+"/shutdown/grace_ms",schemaPath:"#/definitions/shutdown/properties/grace_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data30 < 0 || isNaN(data30)){
const err50 = {instancePath:instancePath+"/shutdown/grace_ms",schemaPath:"#/definitions/shutdown/properties/grace_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
if(data29.drain_timeout_ms !== undefined){
let data31 = data29.drain_timeout_ms;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err51 = {instancePath:instancePath+"/shutdown/drain_timeout_ms",schemaPath:"#/definitions/shutdown/properties/drain_timeout_ms/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 2147483647 || isNaN(data31)){
const err52 = {instancePath:instancePath+"/shutdown/drain_timeout_ms",schemaPath:"#/definitions/shutdown/properties/drain_timeout_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data31 < 0 || isNaN(data31)){
const err53 = {instancePath:instancePath+"/shutdown/drain_timeout_ms",schemaPath:"#/definitions/shutdown/properties/drain_timeout_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
}
else {
const err54 = {instancePath:instancePath+"/shutdown",schemaPath:"#/definitions/shutdown/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
else {
const err55 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

