// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from schema/config.schema.json by `npm run gen`. Never edited.

import type { ObjectShape } from "./shape-types.ts";

export const CONFIG_SHAPE: ObjectShape = {
 "kind": "object",
 "keys": {
  "listen": {
   "kind": "string",
   "placeholder": "127.0.0.1:8080"
  },
  "gateway_auth": {
   "kind": "object",
   "keys": {
    "tokens": {
     "kind": "list",
     "items": {
      "kind": "string",
      "secret": true,
      "placeholder": "${GATEWAY_TOKEN}"
     },
     "placeholder": [
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
         "header",
         "query",
         "websocket_protocol"
        ],
        "placeholder": "header"
       },
       "name": {
        "kind": "string",
        "placeholder": "x-gw-token"
       },
       "prefix": {
        "kind": "string",
        "placeholder": "openai-insecure-api-key."
       }
      },
      "required": [
       "type"
      ]
     },
     "placeholder": [
      {
       "type": "authorization_bearer"
      }
     ]
    },
    "clients": {
     "kind": "list",
     "items": {
      "kind": "object",
      "keys": {
       "id": {
        "kind": "string",
        "placeholder": "alice"
       },
       "tokens": {
        "kind": "list",
        "items": {
         "kind": "string",
         "secret": true,
         "placeholder": "${ALICE_TOKEN}"
        },
        "placeholder": [
         "${ALICE_TOKEN}"
        ]
       },
       "enabled": {
        "kind": "boolean",
        "placeholder": true
       },
       "expires_at": {
        "kind": "string",
        "placeholder": "2027-01-31T00:00:00Z"
       },
       "routes": {
        "kind": "list",
        "items": {
         "kind": "string",
         "placeholder": "openai"
        },
        "placeholder": [
         "openai"
        ]
       },
       "models": {
        "kind": "list",
        "items": {
         "kind": "string",
         "placeholder": "gpt-*"
        },
        "placeholder": [
         "gpt-*",
         "o3"
        ]
       },
       "rate_limit": {
        "kind": "object",
        "keys": {
         "per_minute": {
          "kind": "integer",
          "minimum": 1,
          "placeholder": 60
         },
         "tokens_per_minute": {
          "kind": "integer",
          "minimum": 1,
          "placeholder": 100000
         }
        },
        "required": []
       },
       "max_inflight": {
        "kind": "integer",
        "minimum": 1,
        "placeholder": 4
       },
       "budgets": {
        "kind": "list",
        "items": {
         "kind": "object",
         "keys": {
          "per": {
           "kind": "string",
           "values": [
            "day",
            "week",
            "month",
            "total"
           ],
           "placeholder": "month"
          },
          "usd": {
           "kind": "number",
           "minimum": 0,
           "maximum": 900000,
           "placeholder": 50
          },
          "tokens": {
           "kind": "integer",
           "minimum": 1,
           "placeholder": 2000000
          }
         },
         "required": [
          "per"
         ]
        },
        "placeholder": [
         {
          "per": "month",
          "usd": 50
         }
        ]
       }
      },
      "required": [
       "id",
       "tokens"
      ]
     }
    }
   },
   "required": []
  },
  "routes": {
   "kind": "list",
   "items": {
    "kind": "object",
    "keys": {
     "id": {
      "kind": "string",
      "placeholder": "openai"
     },
     "prefix": {
      "kind": "string",
      "placeholder": "/openai"
     },
     "upstream": {
      "kind": "object",
      "keys": {
       "base_url": {
        "kind": "string",
        "placeholder": "https://api.openai.com"
       },
       "strip_prefix": {
        "kind": "boolean",
        "placeholder": true
       },
       "connect_timeout_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 10000
       },
       "request_timeout_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 60000
       },
       "first_byte_timeout_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 15000
       },
       "stream_idle_timeout_ms": {
        "kind": "integer",
        "minimum": 0,
        "maximum": 2147483647,
        "placeholder": 300000
       },
       "stream_types": {
        "kind": "list",
        "items": {
         "kind": "string",
         "placeholder": "text/event-stream"
        },
        "placeholder": [
         "text/event-stream",
         "application/x-ndjson",
         "application/jsonl",
         "application/vnd.amazon.eventstream",
         "audio/*",
         "video/*",
         "application/octet-stream"
        ]
       },
       "sse_keepalive_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 15000
       },
       "inject_headers": {
        "kind": "list",
        "items": {
         "kind": "object",
         "keys": {
          "name": {
           "kind": "string",
           "placeholder": "authorization"
          },
          "value": {
           "kind": "string",
           "secret": true,
           "placeholder": "Bearer ${OPENAI_API_KEY}"
          }
         },
         "required": [
          "name",
          "value"
         ]
        }
       },
       "inject_query": {
        "kind": "list",
        "items": {
         "kind": "object",
         "keys": {
          "name": {
           "kind": "string",
           "placeholder": "api-version"
          },
          "value": {
           "kind": "string",
           "secret": true,
           "placeholder": "${GEMINI_API_KEY}"
          }
         },
         "required": [
          "name",
          "value"
         ]
        }
       },
       "remove_headers": {
        "kind": "list",
        "items": {
         "kind": "string",
         "placeholder": "x-internal-user"
        }
       },
       "user_agent": {
        "kind": "string",
        "placeholder": "my-gateway/1.0"
       },
       "forward_xff": {
        "kind": "boolean",
        "placeholder": false
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
          "placeholder": "http"
         },
         "address": {
          "kind": "string",
          "placeholder": "proxy.internal:3128"
         },
         "username": {
          "kind": "string",
          "secret": true,
          "placeholder": "${PROXY_USER}"
         },
         "password": {
          "kind": "string",
          "secret": true,
          "placeholder": "${PROXY_PASSWORD}"
         }
        },
        "required": [
         "protocol",
         "address"
        ],
        "text": {
         "kind": "string",
         "secret": true
        }
       },
       "tls": {
        "kind": "object",
        "keys": {
         "ca_path": {
          "kind": "string",
          "placeholder": "/etc/ssl/internal-ca.pem"
         },
         "cert_path": {
          "kind": "string",
          "placeholder": "/etc/ssl/client.crt"
         },
         "key_path": {
          "kind": "string",
          "placeholder": "/etc/ssl/client.key"
         },
         "server_name": {
          "kind": "string",
          "placeholder": "vllm.internal"
         }
        },
        "required": []
       },
       "upstream_key_max_inflight": {
        "kind": "integer",
        "minimum": 1,
        "placeholder": 8
       },
       "retry": {
        "kind": "object",
        "keys": {
         "max_attempts": {
          "kind": "integer",
          "minimum": 1,
          "maximum": 5,
          "placeholder": 3
         },
         "retry_on": {
          "kind": "list",
          "items": {
           "kind": "string",
           "values": [
            "connect_error",
            "reset",
            "timeout",
            "first_byte_timeout",
            "overloaded_event",
            "quota",
            "401",
            "402",
            "403",
            "408",
            "409",
            "429",
            "500",
            "502",
            "503",
            "504",
            "529"
           ]
          },
          "placeholder": [
           "connect_error",
           "429",
           "503",
           "529"
          ]
         },
         "max_body_bytes": {
          "kind": "integer",
          "minimum": 0,
          "placeholder": 1048576
         },
         "backoff_ms": {
          "kind": "integer",
          "minimum": 0,
          "maximum": 2147483647,
          "placeholder": 200
         },
         "max_backoff_ms": {
          "kind": "integer",
          "minimum": 0,
          "maximum": 2147483647,
          "placeholder": 5000
         },
         "attempt_timeout_ms": {
          "kind": "integer",
          "minimum": 1,
          "maximum": 2147483647,
          "placeholder": 15000
         },
         "tell_clients": {
          "kind": "boolean",
          "placeholder": false
         }
        },
        "required": []
       },
       "usage": {
        "kind": "object",
        "keys": {
         "form": {
          "kind": "string",
          "values": [
           "auto",
           "openai",
           "anthropic",
           "gemini",
           "ollama",
           "none"
          ],
          "placeholder": "auto"
         },
         "ask": {
          "kind": "boolean",
          "placeholder": false
         }
        },
        "required": []
       },
       "on_client_abort": {
        "kind": "string",
        "values": [
         "cancel",
         "drain"
        ],
        "placeholder": "cancel"
       },
       "drain_limit": {
        "kind": "object",
        "keys": {
         "timeout_ms": {
          "kind": "integer",
          "minimum": 1,
          "maximum": 2147483647,
          "placeholder": 60000
         },
         "max_bytes": {
          "kind": "integer",
          "minimum": 1,
          "placeholder": 16777216
         }
        },
        "required": []
       },
       "websocket": {
        "kind": "boolean",
        "placeholder": false
       }
      },
      "required": []
     },
     "upstreams": {
      "kind": "list",
      "items": {
       "kind": "object",
       "keys": {
        "id": {
         "kind": "string",
         "placeholder": "primary"
        },
        "weight": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 1000000,
         "placeholder": 1
        },
        "models": {
         "kind": "list",
         "items": {
          "kind": "string",
          "placeholder": "gpt-*"
         },
         "placeholder": [
          "gpt-*",
          "o4-mini"
         ]
        },
        "rename_models": {
         "kind": "map",
         "values": {
          "kind": "string"
         }
        },
        "base_url": {
         "kind": "string",
         "placeholder": "https://api.openai.com"
        },
        "connect_timeout_ms": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 2147483647,
         "placeholder": 10000
        },
        "request_timeout_ms": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 2147483647,
         "placeholder": 60000
        },
        "first_byte_timeout_ms": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 2147483647,
         "placeholder": 15000
        },
        "stream_idle_timeout_ms": {
         "kind": "integer",
         "minimum": 0,
         "maximum": 2147483647,
         "placeholder": 300000
        },
        "sse_keepalive_ms": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 2147483647,
         "placeholder": 15000
        },
        "inject_headers": {
         "kind": "list",
         "items": {
          "kind": "object",
          "keys": {
           "name": {
            "kind": "string",
            "placeholder": "authorization"
           },
           "value": {
            "kind": "string",
            "secret": true,
            "placeholder": "Bearer ${OPENAI_API_KEY}"
           }
          },
          "required": [
           "name",
           "value"
          ]
         }
        },
        "inject_query": {
         "kind": "list",
         "items": {
          "kind": "object",
          "keys": {
           "name": {
            "kind": "string",
            "placeholder": "api-version"
           },
           "value": {
            "kind": "string",
            "secret": true,
            "placeholder": "${GEMINI_API_KEY}"
           }
          },
          "required": [
           "name",
           "value"
          ]
         }
        },
        "remove_headers": {
         "kind": "list",
         "items": {
          "kind": "string",
          "placeholder": "x-internal-user"
         }
        },
        "user_agent": {
         "kind": "string",
         "placeholder": "my-gateway/1.0"
        },
        "forward_xff": {
         "kind": "boolean",
         "placeholder": false
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
           "placeholder": "http"
          },
          "address": {
           "kind": "string",
           "placeholder": "proxy.internal:3128"
          },
          "username": {
           "kind": "string",
           "secret": true,
           "placeholder": "${PROXY_USER}"
          },
          "password": {
           "kind": "string",
           "secret": true,
           "placeholder": "${PROXY_PASSWORD}"
          }
         },
         "required": [
          "protocol",
          "address"
         ],
         "text": {
          "kind": "string",
          "secret": true
         }
        },
        "tls": {
         "kind": "object",
         "keys": {
          "ca_path": {
           "kind": "string",
           "placeholder": "/etc/ssl/internal-ca.pem"
          },
          "cert_path": {
           "kind": "string",
           "placeholder": "/etc/ssl/client.crt"
          },
          "key_path": {
           "kind": "string",
           "placeholder": "/etc/ssl/client.key"
          },
          "server_name": {
           "kind": "string",
           "placeholder": "vllm.internal"
          }
         },
         "required": []
        },
        "upstream_key_max_inflight": {
         "kind": "integer",
         "minimum": 1,
         "placeholder": 8
        }
       },
       "required": [
        "id"
       ]
      }
     },
     "balance": {
      "kind": "string",
      "values": [
       "in_order",
       "round_robin",
       "least_inflight"
      ],
      "placeholder": "in_order"
     },
     "sticky": {
      "kind": "object",
      "keys": {
       "by": {
        "kind": "string",
        "values": [
         "client",
         "header"
        ],
        "placeholder": "client"
       },
       "name": {
        "kind": "string",
        "placeholder": "x-session-id"
       }
      },
      "required": [
       "by"
      ]
     },
     "cooldown": {
      "kind": "object",
      "keys": {
       "after_failures": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 3
       },
       "ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 30000
       },
       "max_ms": {
        "kind": "integer",
        "minimum": 1,
        "maximum": 2147483647,
        "placeholder": 300000
       }
      },
      "required": []
     }
    },
    "required": [
     "id",
     "prefix"
    ]
   }
  },
  "upstream_defaults": {
   "kind": "object",
   "keys": {
    "strip_prefix": {
     "kind": "boolean",
     "placeholder": true
    },
    "connect_timeout_ms": {
     "kind": "integer",
     "minimum": 1,
     "maximum": 2147483647,
     "placeholder": 10000
    },
    "request_timeout_ms": {
     "kind": "integer",
     "minimum": 1,
     "maximum": 2147483647,
     "placeholder": 60000
    },
    "first_byte_timeout_ms": {
     "kind": "integer",
     "minimum": 1,
     "maximum": 2147483647,
     "placeholder": 15000
    },
    "stream_idle_timeout_ms": {
     "kind": "integer",
     "minimum": 0,
     "maximum": 2147483647,
     "placeholder": 300000
    },
    "stream_types": {
     "kind": "list",
     "items": {
      "kind": "string",
      "placeholder": "text/event-stream"
     },
     "placeholder": [
      "text/event-stream",
      "application/x-ndjson",
      "application/jsonl",
      "application/vnd.amazon.eventstream",
      "audio/*",
      "video/*",
      "application/octet-stream"
     ]
    },
    "sse_keepalive_ms": {
     "kind": "integer",
     "minimum": 1,
     "maximum": 2147483647,
     "placeholder": 15000
    },
    "inject_headers": {
     "kind": "list",
     "items": {
      "kind": "object",
      "keys": {
       "name": {
        "kind": "string",
        "placeholder": "authorization"
       },
       "value": {
        "kind": "string",
        "secret": true,
        "placeholder": "Bearer ${OPENAI_API_KEY}"
       }
      },
      "required": [
       "name",
       "value"
      ]
     }
    },
    "inject_query": {
     "kind": "list",
     "items": {
      "kind": "object",
      "keys": {
       "name": {
        "kind": "string",
        "placeholder": "api-version"
       },
       "value": {
        "kind": "string",
        "secret": true,
        "placeholder": "${GEMINI_API_KEY}"
       }
      },
      "required": [
       "name",
       "value"
      ]
     }
    },
    "remove_headers": {
     "kind": "list",
     "items": {
      "kind": "string",
      "placeholder": "x-internal-user"
     }
    },
    "user_agent": {
     "kind": "string",
     "placeholder": "my-gateway/1.0"
    },
    "forward_xff": {
     "kind": "boolean",
     "placeholder": false
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
       "placeholder": "http"
      },
      "address": {
       "kind": "string",
       "placeholder": "proxy.internal:3128"
      },
      "username": {
       "kind": "string",
       "secret": true,
       "placeholder": "${PROXY_USER}"
      },
      "password": {
       "kind": "string",
       "secret": true,
       "placeholder": "${PROXY_PASSWORD}"
      }
     },
     "required": [
      "protocol",
      "address"
     ],
     "text": {
      "kind": "string",
      "secret": true
     }
    },
    "tls": {
     "kind": "object",
     "keys": {
      "ca_path": {
       "kind": "string",
       "placeholder": "/etc/ssl/internal-ca.pem"
      },
      "cert_path": {
       "kind": "string",
       "placeholder": "/etc/ssl/client.crt"
      },
      "key_path": {
       "kind": "string",
       "placeholder": "/etc/ssl/client.key"
      },
      "server_name": {
       "kind": "string",
       "placeholder": "vllm.internal"
      }
     },
     "required": []
    },
    "upstream_key_max_inflight": {
     "kind": "integer",
     "minimum": 1,
     "placeholder": 8
    },
    "retry": {
     "kind": "object",
     "keys": {
      "max_attempts": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 5,
       "placeholder": 3
      },
      "retry_on": {
       "kind": "list",
       "items": {
        "kind": "string",
        "values": [
         "connect_error",
         "reset",
         "timeout",
         "first_byte_timeout",
         "overloaded_event",
         "quota",
         "401",
         "402",
         "403",
         "408",
         "409",
         "429",
         "500",
         "502",
         "503",
         "504",
         "529"
        ]
       },
       "placeholder": [
        "connect_error",
        "429",
        "503",
        "529"
       ]
      },
      "max_body_bytes": {
       "kind": "integer",
       "minimum": 0,
       "placeholder": 1048576
      },
      "backoff_ms": {
       "kind": "integer",
       "minimum": 0,
       "maximum": 2147483647,
       "placeholder": 200
      },
      "max_backoff_ms": {
       "kind": "integer",
       "minimum": 0,
       "maximum": 2147483647,
       "placeholder": 5000
      },
      "attempt_timeout_ms": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 2147483647,
       "placeholder": 15000
      },
      "tell_clients": {
       "kind": "boolean",
       "placeholder": false
      }
     },
     "required": []
    },
    "usage": {
     "kind": "object",
     "keys": {
      "form": {
       "kind": "string",
       "values": [
        "auto",
        "openai",
        "anthropic",
        "gemini",
        "ollama",
        "none"
       ],
       "placeholder": "auto"
      },
      "ask": {
       "kind": "boolean",
       "placeholder": false
      }
     },
     "required": []
    },
    "on_client_abort": {
     "kind": "string",
     "values": [
      "cancel",
      "drain"
     ],
     "placeholder": "cancel"
    },
    "drain_limit": {
     "kind": "object",
     "keys": {
      "timeout_ms": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 2147483647,
       "placeholder": 60000
      },
      "max_bytes": {
       "kind": "integer",
       "minimum": 1,
       "placeholder": 16777216
      }
     },
     "required": []
    },
    "websocket": {
     "kind": "boolean",
     "placeholder": false
    }
   },
   "required": []
  },
  "inbound_tls": {
   "kind": "object",
   "keys": {
    "cert_path": {
     "kind": "string",
     "placeholder": "/etc/ssl/gateway.crt"
    },
    "key_path": {
     "kind": "string",
     "placeholder": "/etc/ssl/gateway.key"
    },
    "self_signed_cert_path": {
     "kind": "string",
     "placeholder": "certs/gateway-selfsigned.crt"
    },
    "self_signed_key_path": {
     "kind": "string",
     "placeholder": "certs/gateway-selfsigned.key"
    },
    "client_ca_path": {
     "kind": "string",
     "placeholder": "/etc/ssl/clients-ca.pem"
    }
   },
   "required": []
  },
  "cors": {
   "kind": "object",
   "keys": {
    "enabled": {
     "kind": "boolean",
     "placeholder": false
    },
    "allow_origins": {
     "kind": "list",
     "items": {
      "kind": "string",
      "placeholder": "https://app.example"
     }
    },
    "allow_headers": {
     "kind": "list",
     "items": {
      "kind": "string",
      "placeholder": "x-team"
     }
    },
    "allow_methods": {
     "kind": "list",
     "items": {
      "kind": "string",
      "placeholder": "POST"
     }
    },
    "expose_headers": {
     "kind": "list",
     "items": {
      "kind": "string",
      "placeholder": "x-request-id"
     }
    },
    "allow_credentials": {
     "kind": "boolean",
     "placeholder": false
    },
    "max_age_s": {
     "kind": "integer",
     "minimum": 0,
     "placeholder": 600
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
     "placeholder": 600
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
     "placeholder": 512
    },
    "upstream_per_key_max_inflight": {
     "kind": "integer",
     "minimum": 1,
     "placeholder": 32
    },
    "queue": {
     "kind": "object",
     "keys": {
      "max_waiting": {
       "kind": "integer",
       "minimum": 0,
       "placeholder": 0
      },
      "timeout_ms": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 2147483647,
       "placeholder": 1000
      }
     },
     "required": []
    }
   },
   "required": []
  },
  "models": {
   "kind": "object",
   "keys": {
    "scan_bytes": {
     "kind": "integer",
     "minimum": 1,
     "maximum": 2147483647,
     "placeholder": 1048576
    }
   },
   "required": []
  },
  "usage": {
   "kind": "object",
   "keys": {
    "enabled": {
     "kind": "boolean",
     "placeholder": false
    },
    "ledger": {
     "kind": "object",
     "keys": {
      "dir": {
       "kind": "string",
       "placeholder": "usage"
      },
      "keep_days": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 36500,
       "placeholder": 400
      }
     },
     "required": []
    },
    "prices": {
     "kind": "list",
     "items": {
      "kind": "object",
      "keys": {
       "model": {
        "kind": "string",
        "placeholder": "gpt-5*"
       },
       "input_usd_per_mtok": {
        "kind": "number",
        "minimum": 0,
        "maximum": 1000000,
        "placeholder": 1.25
       },
       "output_usd_per_mtok": {
        "kind": "number",
        "minimum": 0,
        "maximum": 1000000,
        "placeholder": 10
       },
       "cached_input_usd_per_mtok": {
        "kind": "number",
        "minimum": 0,
        "maximum": 1000000,
        "placeholder": 0.125
       },
       "cache_write_usd_per_mtok": {
        "kind": "number",
        "minimum": 0,
        "maximum": 1000000,
        "placeholder": 1.5
       },
       "cache_write_1h_usd_per_mtok": {
        "kind": "number",
        "minimum": 0,
        "maximum": 1000000,
        "placeholder": 2.5
       }
      },
      "required": [
       "model",
       "input_usd_per_mtok",
       "output_usd_per_mtok"
      ]
     }
    },
    "unknown_charge": {
     "kind": "string",
     "values": [
      "estimate",
      "none"
     ],
     "placeholder": "estimate"
    },
    "unpriced": {
     "kind": "string",
     "values": [
      "deny",
      "allow"
     ],
     "placeholder": "deny"
    }
   },
   "required": []
  },
  "downstream": {
   "kind": "object",
   "keys": {
    "send_timeout_ms": {
     "kind": "integer",
     "minimum": 0,
     "maximum": 2147483647,
     "placeholder": 60000
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
       "placeholder": "info"
      },
      "format": {
       "kind": "string",
       "values": [
        "json",
        "text"
       ],
       "placeholder": "json"
      },
      "to_stdout": {
       "kind": "boolean",
       "placeholder": true
      },
      "file": {
       "kind": "object",
       "keys": {
        "enabled": {
         "kind": "boolean",
         "placeholder": true
        },
        "dir": {
         "kind": "string",
         "placeholder": "logs"
        },
        "prefix": {
         "kind": "string",
         "placeholder": "ai-gw-lite"
        },
        "rotation": {
         "kind": "string",
         "values": [
          "minutely",
          "hourly",
          "daily",
          "never"
         ],
         "placeholder": "daily"
        },
        "max_size_mb": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 1048576,
         "placeholder": 100
        },
        "max_files": {
         "kind": "integer",
         "minimum": 1,
         "placeholder": 7
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
       "placeholder": false
      },
      "path": {
       "kind": "string",
       "placeholder": "/metrics"
      },
      "token": {
       "kind": "string",
       "secret": true,
       "placeholder": "${METRICS_TOKEN}"
      },
      "listen": {
       "kind": "string",
       "placeholder": "127.0.0.1:9090"
      }
     },
     "required": []
    },
    "tracing": {
     "kind": "object",
     "keys": {
      "enabled": {
       "kind": "boolean",
       "placeholder": false
      },
      "sample_ratio": {
       "kind": "number",
       "minimum": 0,
       "maximum": 1,
       "placeholder": 0.05
      },
      "otlp": {
       "kind": "object",
       "keys": {
        "endpoint": {
         "kind": "string",
         "placeholder": "http://127.0.0.1:4317"
        },
        "protocol": {
         "kind": "string",
         "values": [
          "grpc",
          "http"
         ],
         "placeholder": "grpc"
        },
        "timeout_ms": {
         "kind": "integer",
         "minimum": 1,
         "maximum": 2147483647,
         "placeholder": 3000
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
      "placeholder": "chat goes to openai"
     },
     "request": {
      "kind": "object",
      "keys": {
       "method": {
        "kind": "string",
        "placeholder": "POST"
       },
       "path": {
        "kind": "string",
        "placeholder": "/openai/v1/chat/completions"
       },
       "headers": {
        "kind": "map",
        "values": {
         "kind": "string",
         "secret": true
        }
       },
       "model": {
        "kind": "string",
        "placeholder": "gpt-5"
       },
       "client": {
        "kind": "string",
        "placeholder": "alice"
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
        "placeholder": "openai"
       },
       "status": {
        "kind": "integer",
        "minimum": 100,
        "maximum": 599,
        "placeholder": 401
       },
       "upstream": {
        "kind": "string",
        "placeholder": "primary"
       },
       "upstream_url": {
        "kind": "string",
        "placeholder": "https://api.openai.com/v1/chat/completions"
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
         "placeholder": "x-gw-token"
        },
        "placeholder": [
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
   }
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
     "placeholder": "plain"
    }
   },
   "required": []
  },
  "reload": {
   "kind": "object",
   "keys": {
    "watch": {
     "kind": "boolean",
     "placeholder": false
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
     "placeholder": 0
    },
    "drain_timeout_ms": {
     "kind": "integer",
     "minimum": 0,
     "maximum": 2147483647,
     "placeholder": 30000
    }
   },
   "required": []
  },
  "state": {
   "kind": "object",
   "keys": {
    "redis": {
     "kind": "object",
     "keys": {
      "url": {
       "kind": "string",
       "secret": true,
       "placeholder": "redis://127.0.0.1:6379"
      },
      "key_prefix": {
       "kind": "string",
       "placeholder": "ai-gw-lite:"
      },
      "timeout_ms": {
       "kind": "integer",
       "minimum": 1,
       "maximum": 2147483647,
       "placeholder": 100
      },
      "on_failure": {
       "kind": "string",
       "values": [
        "local",
        "closed",
        "open"
       ],
       "placeholder": "local"
      }
     },
     "required": [
      "url"
     ]
    }
   },
   "required": []
  },
  "workers": {
   "kind": "integer",
   "minimum": 1,
   "maximum": 1024,
   "placeholder": 1,
   "words": [
    "auto"
   ]
  }
 },
 "required": [
  "listen",
  "gateway_auth",
  "routes"
 ]
};
