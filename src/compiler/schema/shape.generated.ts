// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from schema/config.schema.json by `npm run gen`. Never edited.

import type { ObjectShape } from "./shape.ts";

export const CONFIG_SHAPE: ObjectShape = {
 "kind": "object",
 "keys": {
  "listen": {
   "kind": "string",
   "standIn": "127.0.0.1:8080"
  },
  "gateway_auth": {
   "kind": "object",
   "keys": {
    "tokens": {
     "kind": "list",
     "items": {
      "kind": "string",
      "secret": true,
      "standIn": "${GATEWAY_TOKEN}"
     },
     "standIn": [
      "${GATEWAY_TOKEN}"
     ]
    },
    "token_sources": {
     "kind": "list",
     "items": {
      "kind": "object",
      "keys": {
       "type": {
        "kind": "string",
        "values": [
         "authorization_bearer",
         "header"
        ],
        "standIn": "header"
       },
       "name": {
        "kind": "string",
        "standIn": "x-gw-token"
       }
      },
      "required": [
       "type"
      ]
     },
     "standIn": [
      {
       "type": "authorization_bearer"
      }
     ]
    }
   },
   "required": [
    "tokens"
   ]
  },
  "routes": {
   "kind": "list",
   "items": {
    "kind": "object",
    "keys": {
     "id": {
      "kind": "string",
      "standIn": "openai"
     },
     "prefix": {
      "kind": "string",
      "standIn": "/openai"
     },
     "upstream": {
      "kind": "object",
      "keys": {
       "base_url": {
        "kind": "string",
        "standIn": "https://api.openai.com"
       },
       "strip_prefix": {
        "kind": "boolean",
        "standIn": true
       },
       "connect_timeout_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "standIn": 10000
       },
       "request_timeout_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "standIn": 60000
       },
       "stream_idle_timeout_ms": {
        "kind": "integer",
        "minimum": 0,
        "maximum": 2147483647,
        "standIn": 300000
       },
       "inject_headers": {
        "kind": "list",
        "items": {
         "kind": "object",
         "keys": {
          "name": {
           "kind": "string",
           "standIn": "authorization"
          },
          "value": {
           "kind": "string",
           "secret": true,
           "standIn": "Bearer ${OPENAI_API_KEY}"
          }
         },
         "required": [
          "name",
          "value"
         ]
        },
        "standIn": []
       },
       "remove_headers": {
        "kind": "list",
        "items": {
         "kind": "string",
         "standIn": "x-internal-user"
        },
        "standIn": []
       },
       "user_agent": {
        "kind": "string",
        "standIn": "my-gateway/1.0"
       },
       "forward_xff": {
        "kind": "boolean",
        "standIn": false
       },
       "proxy": {
        "kind": "object",
        "keys": {
         "protocol": {
          "kind": "string",
          "values": [
           "http",
           "https",
           "socks"
          ],
          "standIn": "http"
         },
         "address": {
          "kind": "string",
          "standIn": "proxy.internal:3128"
         },
         "username": {
          "kind": "string",
          "secret": true,
          "standIn": "${PROXY_USER}"
         },
         "password": {
          "kind": "string",
          "secret": true,
          "standIn": "${PROXY_PASSWORD}"
         }
        },
        "required": [
         "protocol",
         "address"
        ]
       },
       "upstream_key_max_inflight": {
        "kind": "integer",
        "minimum": 1,
        "standIn": 8
       },
       "retry": {
        "kind": "object",
        "keys": {
         "max_attempts": {
          "kind": "integer",
          "minimum": 1,
          "maximum": 5,
          "standIn": 3
         },
         "retry_on": {
          "kind": "list",
          "items": {
           "kind": "string",
           "values": [
            "connect_error",
            "reset",
            "timeout",
            "429",
            "502",
            "503",
            "504"
           ]
          },
          "standIn": [
           "connect_error"
          ]
         },
         "max_body_bytes": {
          "kind": "integer",
          "minimum": 0,
          "standIn": 1048576
         },
         "backoff_ms": {
          "kind": "integer",
          "minimum": 0,
          "maximum": 2147483647,
          "standIn": 200
         },
         "max_backoff_ms": {
          "kind": "integer",
          "minimum": 0,
          "maximum": 2147483647,
          "standIn": 5000
         },
         "attempt_timeout_ms": {
          "kind": "integer",
          "minimum": 1,
          "maximum": 2147483647,
          "standIn": 15000
         }
        },
        "required": [
         "max_attempts"
        ]
       }
      },
      "required": [
       "base_url"
      ]
     }
    },
    "required": [
     "id",
     "prefix",
     "upstream"
    ]
   }
  },
  "inbound_tls": {
   "kind": "object",
   "keys": {
    "cert_path": {
     "kind": "string",
     "standIn": "/etc/ssl/gateway.crt"
    },
    "key_path": {
     "kind": "string",
     "standIn": "/etc/ssl/gateway.key"
    },
    "self_signed_cert_path": {
     "kind": "string",
     "standIn": "certs/gateway-selfsigned.crt"
    },
    "self_signed_key_path": {
     "kind": "string",
     "standIn": "certs/gateway-selfsigned.key"
    }
   },
   "required": []
  },
  "cors": {
   "kind": "object",
   "keys": {
    "enabled": {
     "kind": "boolean",
     "standIn": false
    },
    "allow_origins": {
     "kind": "list",
     "items": {
      "kind": "string",
      "standIn": "https://app.example"
     },
     "standIn": []
    },
    "allow_headers": {
     "kind": "list",
     "items": {
      "kind": "string",
      "standIn": "x-team"
     },
     "standIn": []
    },
    "allow_methods": {
     "kind": "list",
     "items": {
      "kind": "string",
      "standIn": "POST"
     },
     "standIn": []
    },
    "expose_headers": {
     "kind": "list",
     "items": {
      "kind": "string",
      "standIn": "x-request-id"
     },
     "standIn": []
    }
   },
   "required": []
  },
  "rate_limit": {
   "kind": "object",
   "keys": {
    "per_minute": {
     "kind": "integer",
     "minimum": 1,
     "standIn": 600
    }
   },
   "required": []
  },
  "concurrency": {
   "kind": "object",
   "keys": {
    "downstream_max_inflight": {
     "kind": "integer",
     "minimum": 1,
     "standIn": 512
    },
    "upstream_per_key_max_inflight": {
     "kind": "integer",
     "minimum": 1,
     "standIn": 32
    },
    "queue": {
     "kind": "object",
     "keys": {
      "max_waiting": {
       "kind": "integer",
       "minimum": 0,
       "standIn": 0
      },
      "timeout_ms": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 2147483647,
       "standIn": 1000
      }
     },
     "required": []
    }
   },
   "required": []
  },
  "observability": {
   "kind": "object",
   "keys": {
    "logging": {
     "kind": "object",
     "keys": {
      "level": {
       "kind": "string",
       "values": [
        "trace",
        "debug",
        "info",
        "warn",
        "error"
       ],
       "standIn": "info"
      },
      "format": {
       "kind": "string",
       "values": [
        "json",
        "text"
       ],
       "standIn": "json"
      },
      "to_stdout": {
       "kind": "boolean",
       "standIn": true
      },
      "file": {
       "kind": "object",
       "keys": {
        "enabled": {
         "kind": "boolean",
         "standIn": true
        },
        "dir": {
         "kind": "string",
         "standIn": "logs"
        },
        "prefix": {
         "kind": "string",
         "standIn": "ai-gw-lite"
        },
        "rotation": {
         "kind": "string",
         "values": [
          "minutely",
          "hourly",
          "daily",
          "never"
         ],
         "standIn": "daily"
        },
        "max_files": {
         "kind": "integer",
         "minimum": 1,
         "standIn": 7
        }
       },
       "required": []
      }
     },
     "required": []
    },
    "metrics": {
     "kind": "object",
     "keys": {
      "enabled": {
       "kind": "boolean",
       "standIn": false
      },
      "path": {
       "kind": "string",
       "standIn": "/metrics"
      },
      "token": {
       "kind": "string",
       "secret": true,
       "standIn": "${METRICS_TOKEN}"
      }
     },
     "required": []
    },
    "tracing": {
     "kind": "object",
     "keys": {
      "enabled": {
       "kind": "boolean",
       "standIn": false
      },
      "sample_ratio": {
       "kind": "number",
       "minimum": 0,
       "maximum": 1,
       "standIn": 0.05
      },
      "otlp": {
       "kind": "object",
       "keys": {
        "endpoint": {
         "kind": "string",
         "standIn": "http://127.0.0.1:4317"
        },
        "protocol": {
         "kind": "string",
         "values": [
          "grpc",
          "http"
         ],
         "standIn": "grpc"
        },
        "timeout_ms": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 2147483647,
         "standIn": 3000
        }
       },
       "required": [
        "endpoint"
       ]
      }
     },
     "required": []
    }
   },
   "required": []
  },
  "tests": {
   "kind": "list",
   "items": {
    "kind": "object",
    "keys": {
     "name": {
      "kind": "string",
      "standIn": "chat goes to openai"
     },
     "request": {
      "kind": "object",
      "keys": {
       "method": {
        "kind": "string",
        "standIn": "POST"
       },
       "path": {
        "kind": "string",
        "standIn": "/openai/v1/chat/completions"
       },
       "headers": {
        "kind": "map",
        "values": {
         "kind": "string",
         "secret": true
        }
       }
      },
      "required": [
       "method",
       "path"
      ]
     },
     "expect": {
      "kind": "object",
      "keys": {
       "route": {
        "kind": "string",
        "standIn": "openai"
       },
       "status": {
        "kind": "integer",
        "minimum": 100,
        "maximum": 599,
        "standIn": 401
       },
       "upstream_url": {
        "kind": "string",
        "standIn": "https://api.openai.com/v1/chat/completions"
       },
       "upstream_headers": {
        "kind": "map",
        "values": {
         "kind": "string",
         "secret": true
        }
       },
       "absent_headers": {
        "kind": "list",
        "items": {
         "kind": "string",
         "standIn": "x-gw-token"
        },
        "standIn": [
         "x-gw-token"
        ]
       }
      },
      "required": []
     }
    },
    "required": [
     "name",
     "request",
     "expect"
    ]
   },
   "standIn": []
  },
  "errors": {
   "kind": "object",
   "keys": {
    "format": {
     "kind": "string",
     "values": [
      "plain",
      "openai",
      "anthropic",
      "auto"
     ],
     "standIn": "plain"
    }
   },
   "required": []
  },
  "reload": {
   "kind": "object",
   "keys": {
    "watch": {
     "kind": "boolean",
     "standIn": false
    }
   },
   "required": []
  },
  "shutdown": {
   "kind": "object",
   "keys": {
    "grace_ms": {
     "kind": "integer",
     "minimum": 0,
     "maximum": 2147483647,
     "standIn": 0
    },
    "drain_timeout_ms": {
     "kind": "integer",
     "minimum": 0,
     "maximum": 2147483647,
     "standIn": 30000
    }
   },
   "required": []
  }
 },
 "required": [
  "listen",
  "gateway_auth",
  "routes"
 ]
};
