// Where does the page begin? In its one empty element.

import { startApp } from "./app.ts";

const host = document.getElementById("app");
if (host !== null) startApp(host);
