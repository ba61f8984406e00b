import type { Express, Request } from 'express';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';

/** The pattern that a request was answered by, e.g. `/connectors/:connector/status`: never a path, which names things. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'other';
  return typeof route.path === 'string' ? route.path : 'other';
}

/** Measures every request and serves `GET /metrics`; before the other routes. */
export function addMetrics(app: Express, metrics: WorkerMetrics): void {
  app.use((request, response, next) => {
    const started = performance.now();
    response.on('finish', () => {
      const { method } = request;
      const labels = { method, route: routeOf(request), status: response.statusCode };
      metrics.request(labels, (performance.now() - started) / 1000);
    });
    next();
  });
  app.get('/metrics', async (_request, response) => {
    const text = await metrics.text();
    response.setHeader('Content-Type', metrics.contentType);
    response.end(text);
  });
}
