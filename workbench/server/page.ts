/** The few pages that the server writes itself. The rest of the workbench is the bundle they load. */

/** @param base below which path the workbench is served; empty, or `/…` without a trailing slash */
export const shellPage = (base: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="base-path" content="${base}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vitals workbench</title>
<link rel="icon" href="${base}/public/plugins/appliance-vitals-app/img/logo.svg">
</head>
<body><div id="reactRoot"></div><script src="${base}/host/host.js"></script></body>
</html>
`;

/** Loads the shell from inside the site, so that a strict cookie is sent along with the next request. */
export const enteredPage = (base: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Vitals workbench</title>
<meta http-equiv="refresh" content="0;url=${base}/a/appliance-vitals-app"></head><body></body></html>
`;

export const closedPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Vitals workbench</title></head>
<body style="font: 16px/1.5 sans-serif; max-width: 36em; margin: 4em auto; padding: 0 1em">
<h1>This page needs its link</h1>
<p>Open the link that was printed when the workbench was started. A link works once; starting again prints a new one.</p>
</body></html>
`;
