// The API reference: draws the document whose address the page names in data-openapi-address.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

export default SwaggerUI;

for (const element of document.querySelectorAll("[data-openapi-address]")) {
  SwaggerUI({
    domNode: element,
    url: element.dataset.openapiAddress,
    deepLinking: true,
    // The default is a public service, to which the document's address would be sent.
    validatorUrl: null,
  });
}
